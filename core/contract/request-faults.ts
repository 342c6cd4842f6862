import * as z from 'zod'
import { errorsPerAnswerMax, examplesPerErrorMax } from './limits.ts'

/** What is wrong with a request, and where. The same said of several places is one: how many, and some of them. */
export const RequestFault = z.object({
  path: z.string(),
  message: z.string(),
  count: z.int().optional(),
  examples: z.array(z.string()).optional(),
})
export type RequestFault = Readonly<z.infer<typeof RequestFault>>

/** Objects of a request whose keys are the client's own words: a fault of one key is the same kind as of another. */
const dictionaries: ReadonlySet<string> = new Set(['prices', 'metadata'])

/** The kind of a fault: which rule was broken by which field, whatever place in a list it has. */
function kindOf({ path, message }: RequestFault): string {
  const [first = '', ...rest] = path.split('.')
  const places = dictionaries.has(first)
    ? rest.map(() => '*')
    : rest.map((part) => (/^\d{1,9}$/.test(part) ? '*' : part))
  return JSON.stringify([first, ...places, message])
}

const placesOf = ({ path, examples }: RequestFault): readonly string[] => examples ?? [path]

/** Two faults of a kind as one. */
function joined(one: RequestFault, other: RequestFault): RequestFault {
  const count = (one.count ?? 1) + (other.count ?? 1)
  const examples = [...new Set([...placesOf(one), ...placesOf(other)])].slice(0, examplesPerErrorMax)
  return { ...one, count, examples }
}

/**
 * Faults as they are told: each kind once, in the order in which they were found, and all of them counted. Where there are
 * more kinds than one answer tells, the last entry says how many faults are not listed.
 */
export function gatherFaults(faults: readonly RequestFault[]): RequestFault[] {
  const kinds = new Map<string, RequestFault>()
  for (const fault of faults) {
    const kind = kindOf(fault)
    const known = kinds.get(kind)
    // The list of examples is full soon, and then counting is all there is to do.
    if (!known) kinds.set(kind, fault)
    else if ((known.examples?.length ?? 0) < examplesPerErrorMax) kinds.set(kind, joined(known, fault))
    else kinds.set(kind, { ...known, count: (known.count ?? 1) + (fault.count ?? 1) })
  }
  const all = [...kinds.values()]
  if (all.length <= errorsPerAnswerMax) return all
  const told = all.slice(0, errorsPerAnswerMax - 1)
  const others = all.slice(errorsPerAnswerMax - 1)
  const count = others.reduce((sum, fault) => sum + (fault.count ?? 1), 0)
  return [...told, { path: '', message: `and ${count} more of ${others.length} other kinds`, count }]
}
