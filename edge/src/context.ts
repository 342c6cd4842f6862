import type { AppId, AppVerdict, Principal, ProblemCode } from '@holdfast/contract'

/** What the log line of a request says beside its method, route and status. */
export interface Note {
  code?: ProblemCode
  appId?: AppId
  /** The name of an unforeseen error and where it was thrown; never its message. */
  fault?: string
}

/** What a request gathers on its way in. */
export interface EdgeVars {
  requestId: string
  clientAddress: string
  /** Headers that the answer carries whatever becomes of the request. */
  always: Record<string, string>
  note: Note
  /** Lets work go on after the answer; what becomes of it concerns nobody. */
  afterwards: (work: Promise<unknown>) => void
  bodyBytesMax: number
  app?: AppVerdict
  principal?: Principal
  admin?: true
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
