//! Contents as they would be said to somebody: every form side by side, and what does not agree.

use super::json::{Body, Query};
use super::programme::whole;
use crate::app::Shared;
use crate::findings::ContentFinding;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use content::consistency::{Campaign, Used};
use content::sms::Alphabet;
use content::{Brand, Content, LinkKey, Links, PostTo, Reader, RenderError};
use model::{Channel, ContentName, Map, MessageId, Network, PersonId, Post, Purpose, Timestamp};
use port::Views;
use record::programme::Programme;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// People for whom a campaign is tried: enough to meet somebody without a name.
const PEOPLE_MAX: usize = 50;

/// What links of a preview are counted for.
const PREVIEW: &str = "preview";

/// No signature of ours: a link of a preview leads nowhere.
const NO_KEY: LinkKey = LinkKey([0; 32]);

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ContentPreviewRequest {
    pub content: String,
    /// Files that are another than in the programme that runs, text by path; null for one that goes.
    #[serde(default)]
    pub changes: BTreeMap<String, Option<String>>,
    /// For whom; without it for somebody with the traits below.
    #[serde(default)]
    #[schema(nullable = false)]
    pub person: Option<String>,
    /// In place of the person's, or beside them.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub traits: Map,
    /// What templates call `event.*`.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub data: Map,
    /// In place of the person's.
    #[serde(default)]
    #[schema(nullable = false)]
    pub locale: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ContentPreview {
    /// Its languages beside its own.
    pub locales: Vec<String>,
    #[schema(required)]
    pub email: Option<EmailPreview>,
    #[schema(required)]
    pub sms: Option<SmsPreview>,
    #[schema(required)]
    pub push: Option<ShortPreview>,
    #[schema(required)]
    pub onsite: Option<ShortPreview>,
    /// None where it is no page.
    #[schema(required)]
    pub page: Option<PagePreview>,
    /// Why a form cannot be written for this person, by its name: `email`, `sms`, `push`, `onsite`, `page`.
    pub problems: BTreeMap<String, String>,
    /// By network; none for what is transactional.
    #[schema(value_type = BTreeMap<String, PostShown>)]
    pub posts: BTreeMap<String, PostShown>,
    pub findings: Vec<ContentFinding>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct EmailPreview {
    pub subject: String,
    pub preheader: String,
    pub html: String,
    pub text: String,
    /// Of the HTML; mail programs cut off beyond some 100 KB.
    pub bytes: u64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct SmsPreview {
    pub text: String,
    pub gsm: bool,
    pub units: u64,
    /// Each is paid for.
    pub segments: u64,
    /// The characters that leave room for 70 in place of 160.
    pub foreign: String,
    pub segments_without: u64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ShortPreview {
    pub title: String,
    pub body: String,
    #[schema(required)]
    pub url: Option<String>,
}

/// What everybody reads, whoever the preview is for.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct PagePreview {
    /// A whole one; of the programme that runs only if the content is saved.
    pub address: String,
    pub title: String,
    pub description: String,
    /// `article` or `landing`.
    pub kind: String,
    #[schema(required)]
    pub published: Option<String>,
    /// Whether it is there now, once it is saved.
    pub is_out: bool,
    pub tags: Vec<String>,
    #[schema(required)]
    pub image: Option<ImageShown>,
    /// The form below it, and the file that people get for it; empty where there is none.
    pub form: String,
    pub download: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct PostShown {
    /// The parts of the thread, or the one post.
    pub parts: Vec<PostPartShown>,
    #[schema(required)]
    pub problem: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct PostPartShown {
    pub text: String,
    pub images: Vec<ImageShown>,
    #[schema(required)]
    pub card: Option<CardShown>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ImageShown {
    pub url: String,
    pub alt: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct CardShown {
    pub url: String,
    pub title: String,
    pub description: String,
}

/// See a content in every form, as one person would get it
#[utoipa::path(post, path = "/api/v1/contents/preview", tag = "contents",
    request_body = ContentPreviewRequest,
    responses((status = 200, description = "Done.", body = ContentPreview),
        (status = 404, description = "There is no such content or person.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The files have problems.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn preview_content(
    State(shared): State<Arc<Shared>>,
    Body(asked): Body<ContentPreviewRequest>,
) -> Result<Json<ContentPreview>, Problem> {
    let loaded = shared.handle.loaded();
    let now = shared.now();
    let read = {
        let loaded = loaded.clone();
        shared.read(move |views| {
            let files = match asked.changes.is_empty() {
                true => None,
                false => Some(whole(views, &loaded, None, Some(asked.changes.clone()))?),
            };
            let (person, locale) = (asked.person.as_deref(), asked.locale.as_deref());
            let traits = traits_of(views, person, &asked.traits, locale)?;
            Ok((files, traits, asked))
        })
    };
    let (files, traits, asked) = read.await?;
    let shown = shared.work(move || {
        let changed = files.map(|it| record::programme::parse(&it)).transpose();
        let changed = changed.map_err(Problem::in_files)?;
        let programme = changed.as_ref().unwrap_or(&loaded.programme);
        let mut made = preview(programme, &asked, &traits)?;
        made.page = page(programme, &asked, &traits, now, &mut made.problems);
        Ok(made)
    });
    Ok(Json(shown.await?))
}

#[derive(Deserialize)]
pub(super) struct FindingsQuery {
    campaign: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct CampaignFindings {
    pub campaigns: Vec<CampaignChecked>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct CampaignChecked {
    /// `journey/welcome`, `broadcast/sale`.
    pub campaign: String,
    pub findings: Vec<ContentFinding>,
}

/// See what does not agree within campaigns, for some of the people who are there
#[utoipa::path(get, path = "/api/v1/campaigns/findings", tag = "contents",
    params(("campaign" = Option<String>, Query, description = "Only this one, such as `journey/welcome`.")),
    responses((status = 200, description = "Done.", body = CampaignFindings)))]
pub(super) async fn campaign_findings(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<FindingsQuery>,
) -> Result<Json<CampaignFindings>, Problem> {
    let loaded = shared.handle.loaded();
    let people = shared.read(|views| {
        let ids = views.ids_after(None, PEOPLE_MAX)?;
        Ok(views.load(&ids)?.iter().map(plain_traits).collect::<Vec<Map>>())
    });
    let people = people.await?;
    let found = shared.work(move || {
        let event = Map::new();
        let readers: Vec<Reader> =
            people.iter().map(|traits| Reader { traits, event: &event }).collect();
        let campaigns = loaded.programme.campaigns(&readers);
        let wanted = |it: &&Campaign| query.campaign.as_ref().is_none_or(|name| it.name == *name);
        let checked = |it: &Campaign| CampaignChecked {
            campaign: it.name.clone(),
            findings: content::consistency::check(it).iter().map(ContentFinding::from).collect(),
        };
        Ok(CampaignFindings { campaigns: campaigns.iter().filter(wanted).map(checked).collect() })
    });
    Ok(Json(found.await?))
}

fn plain_traits(person: &port::Person) -> Map {
    let traits = person.profile.traits.iter();
    traits.map(|(name, it)| (name.clone(), it.value.clone())).collect()
}

/// Of the person if there is one, with `others` over them.
pub(super) fn traits_of(
    views: &dyn Views,
    person: Option<&str>,
    others: &Map,
    locale: Option<&str>,
) -> Result<Map, Problem> {
    let mut traits = match person {
        None => Map::new(),
        Some(id) => {
            let id: PersonId = id.parse().map_err(Problem::bad)?;
            let person = views.load(&[views.current(id)?])?.pop();
            let person =
                person.ok_or_else(|| Problem::not_found(format!("nobody has the id {id}")))?;
            plain_traits(&person)
        }
    };
    traits.extend(others.clone());
    if let Some(locale) = locale {
        traits.insert("locale".to_owned(), model::Value::Text(locale.to_owned()));
    }
    Ok(traits)
}

fn preview(
    programme: &Programme,
    asked: &ContentPreviewRequest,
    traits: &Map,
) -> Result<ContentPreview, Problem> {
    let content = programme.contents.get(&ContentName::from(&*asked.content));
    let content = content.ok_or_else(|| {
        Problem::not_found(format!("the programme has no content `{}`", asked.content))
    })?;
    let brand = &programme.brand;
    let reader = Reader { traits, event: &asked.data };
    let links = Links {
        key: &NO_KEY,
        person: PersonId(u64::MAX),
        message: MessageId(u64::MAX),
        campaign: PREVIEW,
        followed: false,
    };
    let mut problems = BTreeMap::new();
    let email = content::email(content, brand, reader, &links, &[]);
    let email = kept(&mut problems, "email", email).map(|it| EmailPreview {
        bytes: it.html.len() as u64,
        subject: it.subject,
        preheader: it.preheader,
        html: it.html,
        text: it.text,
    });
    let text = kept(&mut problems, "sms", content::sms(content, brand, reader, &links)).map(sms);
    let mut short = |channel: Channel| {
        let made = content::short(content, channel, brand, reader, &links);
        let made = kept(&mut problems, channel.name(), made)?;
        Some(ShortPreview { title: made.title, body: made.body, url: made.url })
    };
    let (push, onsite) = (short(Channel::Push), short(Channel::Onsite));
    let locale = traits.get("locale").and_then(model::Value::as_text).unwrap_or_default();
    // What one person asked for is no post.
    let networks = match content.purpose {
        Purpose::Marketing => &Network::ALL[..],
        Purpose::Transactional | Purpose::Measurement => &[],
    };
    let posts = networks.iter().map(|it| (it.name().to_owned(), post(content, brand, *it, locale)));
    let channels = vec![Channel::Email, Channel::Sms, Channel::Push, Channel::Onsite];
    let used = Used { content, channels, networks: Vec::new() };
    let campaign =
        Campaign { name: PREVIEW.to_owned(), brand, contents: vec![used], people: Vec::new() };
    Ok(ContentPreview {
        locales: content.translations.keys().cloned().collect(),
        email,
        sms: text,
        push,
        onsite,
        page: None,
        problems,
        posts: posts.collect(),
        findings: content::consistency::check(&campaign).iter().map(ContentFinding::from).collect(),
    })
}

/// The page in the language of whom the preview is for.
fn page(
    programme: &Programme,
    asked: &ContentPreviewRequest,
    traits: &Map,
    now: Timestamp,
    problems: &mut BTreeMap<String, String>,
) -> Option<PagePreview> {
    let Programme { brand, site, .. } = programme;
    let document = programme.contents.get(&ContentName::from(&*asked.content))?;
    let locale = traits.get("locale").and_then(model::Value::as_text).unwrap_or_default();
    let content = document.speak(locale);
    let made = kept(problems, "page", content::page(content, brand)?)?;
    kept(problems, "page", made.html(brand))?;
    let tag = document.translations.iter().find(|it| std::ptr::eq(&it.1.content, content));
    let tag = tag.map(|it| format!("{}/", it.0)).unwrap_or_default();
    let kind = match made.kind {
        content::PageKind::Article => "article",
        content::PageKind::Landing => "landing",
    };
    Some(PagePreview {
        address: format!("{}/read/{tag}{}", site.base_url(brand), made.slug),
        is_out: made.is_out(now),
        description: made.description,
        kind: kind.to_owned(),
        published: made.published.map(|it| it.to_string()),
        tags: made.tags.to_vec(),
        image: made.image.map(|it| ImageShown { url: it.url, alt: it.alt }),
        form: made.form.to_owned(),
        download: made.download.to_owned(),
        title: made.title,
    })
}

/// What was made, or nothing, with the reason kept by the form's name.
fn kept<T>(
    problems: &mut BTreeMap<String, String>,
    form: &str,
    made: Result<T, RenderError>,
) -> Option<T> {
    made.map_err(|error| problems.insert(form.to_owned(), error.to_string())).ok()
}

fn sms(it: content::Sms) -> SmsPreview {
    let text = it.body + &it.url.map(|url| format!(" {url}")).unwrap_or_default();
    SmsPreview {
        text,
        gsm: it.size.alphabet == Alphabet::Gsm7,
        units: it.size.units as u64,
        segments: it.size.segments as u64,
        foreign: it.size.foreign.iter().collect(),
        segments_without: it.size.segments_without as u64,
    }
}

fn post(content: &Content, brand: &Brand, network: Network, locale: &str) -> PostShown {
    let to = PostTo { locale, ..PostTo::new(network, PREVIEW) };
    match content::post(content, brand, &to) {
        Ok(Post { parts, .. }) => {
            let part = |it: model::PostPart| PostPartShown {
                text: it.text,
                images: it
                    .images
                    .into_iter()
                    .map(|it| ImageShown { url: it.url, alt: it.alt })
                    .collect(),
                card: it.card.map(|it| CardShown {
                    url: it.url,
                    title: it.title,
                    description: it.description,
                }),
            };
            PostShown { parts: parts.into_iter().map(part).collect(), problem: None }
        }
        Err(error) => PostShown { parts: Vec::new(), problem: Some(error.to_string()) },
    }
}
