import * as z from 'zod'
import {
  type AnyCode,
  isCatalogued,
  type NamedKind,
  Problem,
  ProblemBody,
  problems,
  problemTypeOf,
} from './problems.ts'

/** A member that another version may mean otherwise: what cannot be read of it is as good as absent. */
const ifReadable = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined)

const { seats, errors, bookingId, opensAt, scope, limit, own, holds } = ProblemBody.shape

/**
 * A problem of whatever version. Only by `type` is it known to be one of ours: what stands between may speak RFC 9457
 * too. Members that are not named here are dropped: they may be for a program of the version that has them.
 */
const ToldBody = z
  .object({
    type: z.string(),
    code: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
    title: ifReadable(z.string()),
    detail: ifReadable(z.string()),
    retryable: ifReadable(z.boolean()),
    seats: ifReadable(seats),
    errors: ifReadable(errors),
    bookingId: ifReadable(bookingId),
    opensAt: ifReadable(opensAt),
    scope: ifReadable(scope),
    limit: ifReadable(limit),
    own: ifReadable(own),
    holds: ifReadable(holds),
  })
  .refine(({ type, code }) => type === problemTypeOf(code))
type ToldBody = z.infer<typeof ToldBody>

/** What the class of a status says of a refusal that says nothing itself. */
const kindOf = (status: number) =>
  status === 202
    ? problems.outcome_unknown
    : status >= 500
      ? problems.internal_error
      : {
          title: 'The request was refused',
          retryable: status === 429,
          advice: 'This version of the service does not know the code: go by the status.',
        }

/** A code that is known here with another status than here: the status is the newer word. */
function kindTold(status: number, { code, title, detail, retryable }: ToldBody): NamedKind {
  const known = isCatalogued(code) ? problems[code] : kindOf(status)
  return {
    code,
    status,
    title: title ?? known.title,
    retryable: retryable ?? known.retryable,
    advice: detail ?? known.advice,
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Reads a refusal of core, of whatever version: a code that is not known here means what the status says that it came
 * with. Undefined: it is none of core's.
 */
export function readProblem(status: number, text: string, retryAfterSeconds?: number): Problem | undefined {
  if (status !== 202 && status < 400) return undefined
  const told = ToldBody.safeParse(parsed(text)).data
  if (!told) return undefined
  const { code, seats, errors, bookingId, opensAt, scope, limit, own, holds } = told
  const extras = {
    ...(seats && { seats }),
    ...(errors && { errors }),
    ...(bookingId && { bookingId }),
    ...(opensAt && { opensAt }),
    ...(scope && { scope }),
    ...(limit !== undefined && { limit }),
    ...(own && { own }),
    ...(holds && { holds }),
  }
  const isAsHere = isCatalogued(code) && problems[code].status === status
  // What to do may depend on what only core knows.
  const asHere = isAsHere ? { code, ...problems[code], advice: told.detail ?? problems[code].advice } : null
  return new Problem(asHere ?? kindTold(status, told), extras, retryAfterSeconds)
}

/** The code in a refusal that was written by whatever version, for a log. */
export const codeTold = (status: number, text: string): AnyCode | undefined => readProblem(status, text)?.code
