import { RequestFault } from '@holdfast/contract'
import * as z from 'zod'
import type { ApiAnswer } from '../../../edge/dev/api.ts'
import type { Input } from './inputs.ts'
import { everyPlace, type Place, valueAt } from './places.ts'

const errors = z.array(RequestFault)
/** A refusal of a request as invalid, as Holdfast and the Unified Booking Backend say it. TicketS has a sentence for each page. */
const Invalid = z.union([
  z.object({ code: z.literal('invalid_request'), errors }).transform((body) => body.errors),
  z
    .object({ error: z.object({ details: z.object({ reason: z.literal('invalid_request'), errors }) }) })
    .transform((body) => body.error.details.errors),
])

const isPart = (path: string, of: string) => of === path || of.startsWith(`${path}.`)

/** Every text that stood in a place: what else names it is refused when it is gone. */
const textsIn = (good: unknown, place: Place): string[] =>
  Array.from(everyPlace(valueAt(good, place)), ([, value]) => value).filter(
    (value) => typeof value === 'string',
  )

/** Whether a fault is told of a place, of what it is in or what is in it, or quotes what stood there. */
function isAbout({ path, message, examples = [] }: RequestFault, place: Place, good: unknown): boolean {
  const at = place.join('.')
  const told = [path, ...examples].filter((each) => each !== '')
  if (told.some((each) => isPart(each, at) || isPart(at, each))) return true
  // A name without a letter is quoted in words, or it could not be told.
  const words = [String(place.at(-1)).slice(0, 100) || '""', ...textsIn(good, place)]
  return words.some((word) => word !== '' && message.includes(word))
}

/** Whether a fault is told of anything, by its path or in words. */
const isAboutSome = ({ path, message }: RequestFault, body: object) =>
  path !== '' || Object.keys(body).some((name) => name !== '' && message.includes(name))

/** What is wrong with a refusal of a request as invalid: that it names nothing which is. */
export function unnamed({ at, body }: Input, good: unknown, answer: ApiAnswer): string | undefined {
  const { data: faults } = Invalid.safeParse(answer.body)
  if (!faults) return undefined
  if (faults.length === 0) return 'a refusal without a reason'
  // Who sends no object has named no field.
  if (at.some((place) => place.length === 0) || !(body instanceof Object)) return undefined
  if (at.length === 0)
    return faults.some((fault) => isAboutSome(fault, body)) ? undefined : 'a refusal that names no field'
  const isNamed = at.some((place) => faults.some((fault) => isAbout(fault, place, good)))
  return isNamed
    ? undefined
    : `a refusal that does not name ${at.map((place) => place.join('.')).join(' or ')}`
}
