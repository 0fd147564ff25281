//! OAuth 2.0 and OpenID Connect for connections: signing in, obtaining tokens, keeping them, renewing them in time.
//!
//! The plugin supplies the parameters and reads the refusals; this module runs the protocol. A token leaves it only as
//! the value of an `authorization` header that the egress adds to a request on its way out.
//!
//! - [`token_endpoint`]: asking the token endpoint with a `form`, as the application that proves itself by a secret or
//!   an [`assertion`]; `answer`: what comes of it; `life`: how long a token lives.
//! - [`tokens`]: the tokens of one connection, renewed once for all who need them; [`grant`]: what is kept of a person's,
//!   `company_token`, what is kept of the company's, and `keeper`, by whom; `remembered`: a service that has refused is
//!   left alone for a while.
//! - [`pending`]: a person's sign-in from the address to the redirect; `unguessable`: what protects it.
//! - [`claims`]: what an id_token must say; `signature`: who has signed it; [`told`]: what a refusal tells besides.
//! - [`issuer`]: a service by which an embedder's own people come in, which says itself where its pages are.
//! - [`plan`]: what asking needs; [`refusal`]: why there is no token.

mod answer;
pub mod assertion;
pub mod claims;
mod company_token;
mod form;
pub mod grant;
pub mod issuer;
mod keeper;
mod life;
pub mod pending;
pub mod plan;
pub mod refusal;
mod remembered;
mod signature;
pub mod token_endpoint;
pub mod tokens;
pub mod told;
mod unguessable;

pub use answer::Granted;
pub use assertion::Certificate;
pub use company_token::CompanyToken;
pub use form::Asking;
pub use grant::Grant;
pub use issuer::{Issuer, Unknown};
pub use keeper::{Cache, Judge, Keeper, Keeping, KeptBy};
pub use plan::{Credential, Plan, SignInPage};
pub use refusal::{TokenError, refused_at_the_page};
pub use token_endpoint::Endpoint;
pub use tokens::Tokens;
pub use told::Told;
pub use unguessable::unguessable;
