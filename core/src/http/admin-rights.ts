import { type AdminRole, isRoleEnough, Problem, problemWith, recentSignInSeconds } from '@holdfast/contract'
import { type Operation, operations, roleFor } from '@holdfast/contract/operations'
import type { Context } from 'hono'
import { routePath } from 'hono/route'
import type { SignedInAdmin } from '../administration/sessions.ts'
import type { CoreEnv } from './edge-assertion.ts'

/** A route by its method and path, whatever its parameters are called. */
const routeOf = (method: string, path: string): string =>
  `${method} ${path.replace(/:\w{1,64}|\{\w{1,64}\}/g, '*')}`

/** What admins do, by route. What the edge asks beside it in an admin's name is judged by its method alone. */
const adminOperations = new Map<string, Operation>(
  Object.values<Operation>(operations)
    .filter(({ caller }) => caller === 'admin')
    .map((operation) => [routeOf(operation.method, operation.path), operation]),
)

/**
 * Refuses an admin whose role is too low for this route, or who signed in too long ago for what it does.
 * @throws Problem `forbidden`, `sign_in_again`
 */
export function assertMay(c: Context<CoreEnv>, { role, issuedAt }: SignedInAdmin): void {
  const { method } = c.req
  const operation = adminOperations.get(routeOf(method, routePath(c)))
  const needed = roleFor(operation ?? { method })
  if (!isRoleEnough(role, needed)) throw problemWith('forbidden', roleAdvice(role, needed))
  const ageSeconds = c.get('startedMs') / 1_000 - issuedAt
  if (ageSeconds > recentSignInSeconds && needsRecentSignIn(operation, c.get('body')))
    throw new Problem('sign_in_again')
}

const roleAdvice = (role: AdminRole, needed: AdminRole): string =>
  `This needs the role ${needed}, and you are ${role}: ask somebody who has it, or have your role changed in ADMINS of core.`

function needsRecentSignIn({ recentSignIn }: Pick<Operation, 'recentSignIn'> = {}, body: string): boolean {
  if (recentSignIn === undefined || recentSignIn === true) return recentSignIn ?? false
  return recentSignIn.some((field) => membersOf(body).includes(field))
}

/** What a body says something of; one that is no JSON is refused by whoever reads it. */
function membersOf(body: string): readonly string[] {
  try {
    return Object.keys(Object(JSON.parse(body)))
  } catch {
    return []
  }
}
