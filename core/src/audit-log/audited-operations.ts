import { callers, type Operation, operations } from '@holdfast/contract/operations'

/** An operation that leaves an entry when an admin or a server calls it. */
export interface Audited {
  readonly name: string
  readonly names: NonNullable<Operation['names']>
  /** The ids of the path, by their names in the table, in its order. */
  readonly ids: Readonly<Record<string, string>>
}

/**
 * Every write that is for admins or servers alone, and of those that buyers may make too, what costs or gives back money later:
 * cancellations. What buyers hold and confirm is not, whoever calls for them: receipts and ledger are the log of that, and a
 * sale pays for no other.
 */
const isAudited = ({ method, caller, repeat, isAudited: isSaid }: Operation): boolean =>
  method !== 'GET' &&
  (isSaid === true ||
    caller === 'server' ||
    callers[caller].admin ||
    (caller === 'reader' && repeat === 'by-key'))

interface Template extends Pick<Audited, 'name' | 'names'> {
  readonly method: string
  readonly parts: readonly string[]
}

const templates: readonly Template[] = Object.entries<Operation>(operations)
  .filter(([, operation]) => isAudited(operation))
  .map(([name, { method, path, names = {} }]) => ({ name, names, method, parts: path.split('/') }))

const isParam = (part: string): boolean => part.startsWith('{')

/** Which audited operation this is, if it is one. The path is the one by which the route was found. */
export function auditedOperation(method: string, path: string): Audited | undefined {
  const parts = path.split('/')
  const found = templates.find(
    (one) =>
      one.method === method &&
      one.parts.length === parts.length &&
      one.parts.every((part, at) => isParam(part) || part === parts[at]),
  )
  if (!found) return undefined
  const ids = found.parts.flatMap((part, at) => (isParam(part) ? [[part.slice(1, -1), parts[at] ?? '']] : []))
  return { name: found.name, names: found.names, ids: Object.fromEntries(ids) }
}
