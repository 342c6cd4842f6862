import { ProblemBody, type ProblemCode, problems } from '@holdfast/contract'
import type { ApiAnswer } from '../../edge/dev/api.ts'
import type { Route } from './routes.ts'

/** How the Unified Booking Backend says it, as its contract has it. */
const unified: Partial<Record<ProblemCode, readonly [status: number, code: string]>> = {
  invalid_api_key: [401, 'AUTHENTICATION_ERROR'],
  invalid_token: [401, 'AUTHENTICATION_ERROR'],
  invalid_signature: [401, 'AUTHENTICATION_ERROR'],
  origin_not_allowed: [403, 'AUTHORIZATION_ERROR'],
  origin_required: [403, 'AUTHORIZATION_ERROR'],
  secret_key_in_browser: [403, 'AUTHORIZATION_ERROR'],
  forbidden: [403, 'AUTHORIZATION_ERROR'],
  user_deactivated: [403, 'AUTHORIZATION_ERROR'],
  not_found: [404, 'NOT_FOUND'],
}

/** The same of TicketS, which has a status and a sentence: no token is 401, a bad one 403. */
const tickets: Partial<Record<ProblemCode, number>> = {
  invalid_token: 401,
  forbidden: 403,
  user_deactivated: 403,
}

/** What an answer comes to, e.g. `401 invalid_token`; of an answer in another form, the answer itself. */
export function wordIn({ api }: Pick<Route, 'api'>, { status, body, text, headers }: ApiAnswer): string {
  const type = headers.get('content-type')
  if (api === 'v1') {
    const problem = ProblemBody.strict().safeParse(body)
    return problem.success && type === 'application/problem+json'
      ? `${status} ${problem.data.code} as ${problem.data.status}`
      : `${status} ${text}`
  }
  const said = body as { success?: unknown; error?: { code?: unknown } | string; timestamp?: unknown }
  if (api === 'unified') {
    const isEnvelope = said?.success === false && typeof said.timestamp === 'string'
    return isEnvelope && said.error instanceof Object ? `${status} ${said.error.code}` : `${status} ${text}`
  }
  return typeof said?.error === 'string' && Object.keys(said).join() === 'error'
    ? `${status} error`
    : `${status} ${text}`
}

/** What a refusal must come to on each API. */
export function promised({ api }: Pick<Route, 'api'>, code: ProblemCode): string {
  const { status } = problems[code]
  if (api === 'v1') return `${status} ${code} as ${status}`
  if (api === 'unified') return unified[code]?.join(' ') ?? `${code} has no words here`
  return `${tickets[code]} error`
}
