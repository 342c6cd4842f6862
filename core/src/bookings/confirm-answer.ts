import {
  type ConfirmCommand,
  type ExternalUser,
  type KeyKind,
  type PaymentId,
  type PinReport,
  type Problem,
  type ProblemCode,
  type ProblemExtras,
  problemBody,
  problems,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import type { BookingDoc } from '../store/schema.ts'
import { abandonKey, type Claim, ClaimLost, completeKey, type Reply } from './claim-key.ts'
import type { Grant } from './decide-grant.ts'

/** What a confirm works with. */
export type Confirming = Pick<
  Core,
  'store' | 'inventory' | 'platform' | 'findProvider' | 'receipts' | 'log' | 'observe' | 'retention'
> & {
  /** Carries out what a commit promised, now; repair does it again until it is done. */
  readonly poke: (booking: BookingDoc) => void
}

export interface ConfirmCall extends Grant {
  readonly owner: BookingDoc['owner']
  readonly kind: KeyKind
  /** What the app's server says of its own user. */
  readonly externalUser: ExternalUser | undefined
  readonly requestId: string
  /** What the key stands for: method, route, app, user and body. */
  readonly fingerprint: string
  readonly command: ConfirmCommand
  /** When it is known already which payment the command means. */
  readonly paymentId?: PaymentId
  /** When core must have answered, on its own clock. */
  readonly deadlineMs: number
}

export interface ConfirmAnswer extends Reply {
  readonly replayed: boolean
  readonly retryAfterSeconds?: number
}

/** A pin that held. */
export type Pinned = Extract<PinReport, { word: 'pinned' }>

/** Records a final answer. */
export async function finish(
  ctx: Pick<Core, 'store'>,
  claim: Claim,
  answer: ConfirmAnswer,
): Promise<ConfirmAnswer> {
  await completeKey(ctx.store, claim, { status: answer.status, body: answer.body })
  return answer
}

/**
 * Tells what may be another answer later: the key is free, for any request.
 * @throws ClaimLost when somebody else answers it.
 */
export async function tellOnly(
  ctx: Pick<Core, 'store'>,
  claim: Claim,
  answer: ConfirmAnswer,
): Promise<ConfirmAnswer> {
  if (!(await abandonKey(ctx.store, claim))) throw new ClaimLost('the claim was taken over')
  return answer
}

/** A refusal that was thrown, as it is sent. */
export const answerOf = ({ requestId }: ConfirmCall, problem: Problem): ConfirmAnswer => ({
  ...{ status: problem.kind.status, body: JSON.stringify(problem.body(requestId)), replayed: false },
  ...(problem.retryAfterSeconds !== undefined && { retryAfterSeconds: problem.retryAfterSeconds }),
})

/** A refusal, as it is sent. */
export function refusal(call: ConfirmCall, code: ProblemCode, extras: ProblemExtras = {}): ConfirmAnswer {
  const body = JSON.stringify(problemBody(code, extras, call.requestId))
  return { status: problems[code].status, body, replayed: false }
}
