import type {
  AnyCode,
  AppId,
  AppVerdict,
  EventId,
  ExternalUser,
  LoginClient,
  Operator,
  Principal,
  ShownToken,
} from '@holdfast/contract'
import type { BotReason } from './bot-hints.ts'
import type { RefusalShape } from './refusals.ts'
import type { Observed } from './telemetry/observe.ts'

/** What the log line of a request says beside its method, route and status. */
export interface Note {
  code?: AnyCode
  appId?: AppId
  /** Where the route does not name it. */
  eventId?: EventId
  /** What speaks against a browser, of a caller with a browser's key. */
  bot?: { readonly detected: boolean; readonly score: number; readonly reasons: readonly BotReason[] }
  /** The hold is more than its address may have, which is only observed. */
  overBudget?: true
  /** The name of an unforeseen error and where it was thrown; never its message. */
  fault?: string
}

/** What a request gathers on its way in. */
export interface EdgeVars extends Observed {
  requestId: string
  clientAddress: string
  /** Headers that the answer carries whatever becomes of the request. */
  always: Record<string, string>
  note: Note
  /** The words in which this request is refused; those of `/v1` if nothing else is set. */
  refusalShape?: RefusalShape
  /** Lets work go on after the answer; what becomes of it concerns nobody. */
  afterwards: (work: Promise<unknown>) => void
  bodyBytesMax: number
  app?: AppVerdict
  /** The guest whose token the body has, who becomes the principal. */
  guest?: Principal
  /** Whoever becomes, or is, a guest has passed a challenge. */
  challenged?: true
  /** Of a server's call: the address of the buyer that it is for, if it names one. */
  buyerAddress?: string
  /** Where somebody signs in from. */
  loginClient?: LoginClient
  principal?: Principal
  /** That the principal has shown. */
  token?: ShownToken
  /** Whoever signs in does so on the predecessors' routes, with every app. */
  pool?: true
  /** With what they sign in. */
  device?: string
  /** What an app's server says of the user that it vouches for. */
  externalUser?: ExternalUser
  admin?: true
  /** The admin, by their token. */
  operator?: Operator
}

/** Hono's environment of every route. */
export interface EdgeEnv {
  Variables: EdgeVars
}

/** After app-auth: the app whose key was sent. */
export interface AppEnv {
  Variables: EdgeVars & { app: AppVerdict }
}

/** After user-auth: the buyer too. */
export interface UserEnv {
  Variables: EdgeVars & { app: AppVerdict; principal: Principal }
}

/** After the body was read: its bytes as they came. */
export interface BodyEnv {
  Variables: EdgeVars & { body: Uint8Array<ArrayBuffer> }
}

/** After idempotency-key: what the client calls its intention. */
export interface IntentEnv {
  Variables: EdgeVars & { idempotencyKey: string }
}
