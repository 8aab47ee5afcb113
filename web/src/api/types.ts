/** Short names for the generated types; the only file that knows how the document calls them. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Session = Schemas["Session"];
export type Today = Schemas["Today"];
export type LedgerCounts = Schemas["LedgerCounts"];
export type DayCounts = Schemas["DayCounts"];
export type LeverageReport = Schemas["LeverageReport"];
export type SetEstimate = Schemas["SetEstimate"];
export type ChannelCredit = Schemas["ChannelCredit"];
export type LeverageSummary = Schemas["LeverageSummary"];
export type Measuring = Schemas["Measuring"];
export type PowerReport = Schemas["PowerReport"];
export type Truth = Schemas["Truth"];
export type AttentionItem = Schemas["AttentionItem"];
export type Hold = Schemas["Hold"];
export type PersonSummary = Schemas["PersonSummary"];
export type Person = Schemas["Person"];
export type Identity = Schemas["Identity"];
export type ErasedPerson = Schemas["ErasedPerson"];
export type IdentityMerge = Schemas["IdentityMerge"];
export type UndoneHalf = Schemas["UndoneHalf"];
export type TimelineItem = Schemas["TimelineItem"];
export type TrailStep = Schemas["TrailStep"];
export type Source = Schemas["Source"];
export type CreatedSource = Schemas["CreatedSource"];
export type ReceivedEvent = Schemas["ReceivedEvent"];
export type Broadcast = Schemas["Broadcast"];
export type BroadcastPlan = Schemas["BroadcastPlan"];
export type ReasonCount = Schemas["ReasonCount"];
export type Campaign = Schemas["Campaign"];
export type CampaignDetail = Schemas["CampaignDetail"];
export type CampaignFunnel = Schemas["CampaignFunnel"];
export type CampaignDay = Schemas["CampaignDay"];
export type CampaignFault = Schemas["CampaignFault"];
export type Forms = Schemas["Forms"];
export type FormShown = Schemas["FormShown"];
export type Channels = Schemas["Channels"];
export type ChannelShown = Schemas["ChannelShown"];
export type DomainShown = Schemas["DomainShown"];
export type RateShown = Schemas["RateShown"];
export type BrakeLimits = Schemas["BrakeLimits"];
export type MailDomain = Schemas["MailDomain"];
export type DnsRecord = Schemas["DnsRecord"];
export type DecisionDay = Schemas["DecisionDay"];
export type DecisionAsker = Schemas["DecisionAsker"];
export type DecisionEnd = Schemas["DecisionEnd"];
export type BroadcastWave = Schemas["BroadcastWave"];
export type BroadcastApproval = Schemas["BroadcastApproval"];
export type Audiences = Schemas["Audiences"];
export type Audience = Schemas["Audience"];
export type AudienceDetail = Schemas["AudienceDetail"];
export type GrowthDay = Schemas["GrowthDay"];
export type Overlap = Schemas["Overlap"];
export type AudienceDraft = Schemas["AudienceDraft"];
export type JobReport = Schemas["JobReport"];
export type Member = Schemas["Member"];
export type Invitation = Schemas["Invitation"];
export type Condition = Schemas["Condition"];
export type ProgrammePlan = Schemas["ProgrammePlan"];
export type ProgrammeDifference = Schemas["ProgrammeDifference"];
export type ProgrammeFile = Schemas["ProgrammeFile"];
export type FileProblem = Schemas["FileProblem"];
export type Holdout = Schemas["Holdout"];
export type JourneyListed = Schemas["JourneyListed"];
export type JourneyDetail = Schemas["JourneyDetail"];
export type StepCount = Schemas["StepCount"];
export type Count = Schemas["Count"];
export type MovePlanned = Schemas["MovePlanned"];
export type Experiment = Schemas["Experiment"];
export type Task = Schemas["Task"];
export type Tasks = Schemas["Tasks"];
export type WebhookCall = Schemas["WebhookCall"];
export type WebhookCallDetail = Schemas["WebhookCallDetail"];
export type WebhookCalls = Schemas["WebhookCalls"];
export type WebhookSecret = Schemas["WebhookSecret"];
export type WebhookTried = Schemas["WebhookTried"];
export type ReplayOrder = Schemas["ReplayOrder"];
export type ReplayFound = Schemas["ReplayFound"];
export type WayMoment = Schemas["WayMoment"];
export type WayKind = Schemas["WayKind"];
export type ContentPreview = Schemas["ContentPreview"];
export type ContentTested = Schemas["ContentTested"];
export type ContentFinding = Schemas["ContentFinding"];
export type LinksAsked = Schemas["LinksAsked"];
export type EmailPreview = Schemas["EmailPreview"];
export type SmsPreview = Schemas["SmsPreview"];
export type PagePreview = Schemas["PagePreview"];
export type ShortPreview = Schemas["ShortPreview"];
export type PostShown = Schemas["PostShown"];
export type Posts = Schemas["Posts"];
export type Post = Schemas["Post"];
export type PostPlace = Schemas["PostPlace"];
export type PlacedCount = Schemas["PlacedCount"];
export type SocialAccount = Schemas["SocialAccount"];
export type Calendar = Schemas["Calendar"];
export type CalendarItem = Schemas["CalendarItem"];
export type Problem = Schemas["Problem"];

/** The result of a job about an audience; the document leaves a job's result open. */
export interface AudienceChange {
  /** The condition in its canonical words. */
  condition: string;
  /** People looked at so far, and all of them. */
  looked_at: number;
  people: number;
  /** Guessed from some people, with an interval of 95 %. */
  estimate: { size: number; low: number; high: number } | null;
  size: number;
  entering: number;
  leaving: number;
  within: PersonName[];
  enter: PersonName[];
  leave: PersonName[];
  /** What is not counted for everybody yet and was taken as nothing. */
  uncounted: string[];
}

export interface PersonName {
  id: string;
  name: string;
}
