//! Who must approve what: permissions, policies of the tenant, and what the organization has subscribed to.

use super::meaning::Meaning;
use crate::contract::{Mode, Problem};

/// By Microsoft's number.
pub(super) fn by_number(mode: Mode, number: u32) -> Option<Meaning> {
    Some(match number {
        7_000_229 => Meaning::consent(
            "the application is registered, but nobody has approved it in this tenant yet: an administrator of Microsoft 365 \
             must do so",
        ),
        65_001 | 65_004 | 90_008 | 90_093 | 90_094 | 90_095 => Meaning::consent(
            "the application is not approved: an administrator of Microsoft 365 must grant its permissions (API \
             permissions, Grant admin consent)",
        ),
        50_105 => Meaning::new(
            Problem::ConsentMissing,
            "the application takes only those who are assigned to it: an administrator of Microsoft 365 can assign it under \
             Enterprise applications, Users and groups, or switch off that assignment is required",
        ),
        650_052 => Meaning::new(
            Problem::ConsentMissing,
            "the organization has not subscribed to, or has switched off, a service that the application asks for: an \
             administrator of Microsoft 365 can check that it has SharePoint and OneDrive",
        ),
        65_005 | 650_054 | 650_056 | 650_057 | 50_001 => not_set_up(mode),
        number if is_policy(number) => Meaning::new(
            Problem::ConsentMissing,
            "a policy of the tenant blocks the application: an administrator of Microsoft 365 can make an exception",
        ),
        _ => return None,
    })
}

const fn not_set_up(mode: Mode) -> Meaning {
    match mode {
        Mode::Organization => Meaning::consent(
            "the application is not set up for Microsoft Graph: an administrator of Microsoft 365 can add the application \
             permission Files.Read.All under API permissions and grant it",
        ),
        Mode::User => Meaning::consent(
            "the application is not set up for Microsoft Graph: add, under API permissions, the delegated permissions of the \
             reach that was chosen (own: Files.Read; sites: Files.Read.All and Sites.Read.All), and sign in again",
        ),
    }
}

/// Conditional access, devices, risk, token protection, and where people and tenants may go.
pub(super) const fn is_policy(number: u32) -> bool {
    matches!(
        number,
        50_002 | 50_005 | 50_097 | 50_127 | 50_129 | 50_131 | 50_155 | 50_158 | 50_161 | 50_187 | 53_000
            ..=53_004 | 53_010 | 53_011 | 500_021 | 500_022 | 530_032 | 530_034 | 530_035 | 530_084
    )
}
