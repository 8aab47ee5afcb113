//! Bodies, query parameters and times in the forms that the API has.

use crate::problem::Problem;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use model::Timestamp;
use serde::de::DeserializeOwned;

/// A JSON body; what is wrong with it is answered as a [`Problem`].
pub(crate) struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Body<T>, Problem> {
        if let Some(problem) = crate::access::foreign(request.method(), request.headers()) {
            return Err(problem);
        }
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Body(value)),
            Err(rejection @ JsonRejection::MissingJsonContentType(_)) => {
                Err(Problem::new(rejection.status(), "Not JSON", rejection.body_text()))
            }
            Err(rejection) => Err(Problem::bad(rejection.body_text())),
        }
    }
}

/// Query parameters; what is wrong with them is answered as a [`Problem`].
pub(crate) struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Query<T>, Problem> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Query(value)),
            Err(rejection) => Err(Problem::bad(rejection.body_text())),
        }
    }
}

/// RFC 3339.
pub(crate) fn time(at: Timestamp) -> String {
    at.to_string()
}
