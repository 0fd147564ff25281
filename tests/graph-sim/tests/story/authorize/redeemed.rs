//! What a code and a refresh token are good for, and for how long.

use chrono::TimeDelta;

use super::*;

#[tokio::test]
async fn a_code_is_good_once_and_for_ten_minutes() {
    let sim = empty_sim().await;
    let first = code(&sim, "organizations", "member").await;
    assert_eq!(redeem(&sim, "organizations", &first).await.status, 200);
    assert_eq!(
        refusal(&redeem(&sim, "organizations", &first).await),
        invalid_grant(54_005)
    );

    let second = code(&sim, "organizations", "member").await;
    sim.set_clock(sim.now() + TimeDelta::minutes(11));
    assert_eq!(
        refusal(&redeem(&sim, "organizations", &second).await),
        invalid_grant(70_008)
    );
    assert_eq!(
        refusal(&redeem(&sim, "organizations", "made-up").await),
        invalid_grant(70_000)
    );
}

#[tokio::test]
async fn a_code_is_bound_to_verifier_address_and_tenant() {
    let sim = empty_sim().await;
    let code = code(&sim, TENANT_ID, "member").await;
    let fields = format!("grant_type=authorization_code&code={code}&redirect_uri={BACK}&code_verifier={VERIFIER}");
    for (right, wrong, number) in [
        (VERIFIER, VERIFIER.replace('d', "e"), 501_481),
        (BACK, BACK.replace("4711", "4712"), 500_112),
    ] {
        let reply = ask(&sim, TENANT_ID, &fields.replace(right, &wrong)).await;
        assert_eq!(refusal(&reply), invalid_grant(number));
    }
    assert_eq!(refusal(&ask(&sim, "consumers", &fields).await), invalid_grant(700_005));
    let without = ask(&sim, TENANT_ID, &fields.replace("code_verifier", "verifier")).await;
    assert_eq!(refusal(&without), ("invalid_request".to_owned(), 900_144));

    // A mistake does not use it up.
    assert_eq!(ask(&sim, TENANT_DOMAIN, &fields).await.status, 200);
}

#[tokio::test]
async fn the_application_has_to_say_who_it_is() {
    let sim = empty_sim().await;
    let code = code(&sim, TENANT_ID, "member").await;
    let form = format!(
        "client_id={CLIENT_ID}&grant_type=authorization_code&code={code}&redirect_uri={BACK}&code_verifier={VERIFIER}"
    );
    let reply = send("POST", &token_url(&sim, TENANT_ID), &[FORM], &form).await;
    assert_eq!(
        (reply.status, reply.json()["error_codes"][0].as_u64()),
        (401, Some(7_000_218))
    );
}

#[tokio::test]
async fn a_refresh_token_is_renewed_and_the_old_one_stays_good() {
    let sim = empty_sim().await;
    let old = text(&tokens(&sim, "member").await, "refresh_token");
    let answer = refresh(&sim, &old).await.json();
    let new = text(&answer, "refresh_token");
    assert_ne!(new, old);
    assert!(claims(&answer)["nonce"].is_null());
    assert_eq!(refresh(&sim, &old).await.status, 200);
    assert_eq!(refresh(&sim, &new).await.status, 200);

    let fewer = format!("grant_type=refresh_token&refresh_token={new}&scope=User.Read");
    assert_eq!(ask(&sim, "organizations", &fewer).await.json()["scope"], "User.Read");
    let more = format!("grant_type=refresh_token&refresh_token={new}&scope=Sites.Read.All");
    assert_eq!(refusal(&ask(&sim, "organizations", &more).await), invalid_grant(65_001));

    sim.set_clock(sim.now() + TimeDelta::days(91));
    assert_eq!(refusal(&refresh(&sim, &new).await), invalid_grant(700_082));
}

#[tokio::test]
async fn refresh_tokens_are_revoked_by_person_and_all_at_once() {
    let sim = empty_sim().await;
    let ada = text(&tokens(&sim, "member").await, "refresh_token");
    let ben = text(&tokens(&sim, "second").await, "refresh_token");

    sim.revoke_refresh_tokens_of("member");
    assert_eq!(refusal(&refresh(&sim, &ada).await), invalid_grant(50_173));
    assert_eq!(refresh(&sim, &ben).await.status, 200);
    sim.revoke_refresh_tokens();
    assert_eq!(refusal(&refresh(&sim, &ben).await), invalid_grant(50_173));

    // Who signs in again is as good as new.
    let again = text(&tokens(&sim, "member").await, "refresh_token");
    assert_eq!(refresh(&sim, &again).await.status, 200);
}

#[tokio::test]
async fn interaction_is_required_until_it_is_not() {
    let sim = empty_sim().await;
    let token = text(&tokens(&sim, "member").await, "refresh_token");
    sim.require_interaction(true);
    assert_eq!(
        refusal(&refresh(&sim, &token).await),
        ("interaction_required".to_owned(), 50_076)
    );
    sim.require_interaction(false);
    assert_eq!(refresh(&sim, &token).await.status, 200);
}
