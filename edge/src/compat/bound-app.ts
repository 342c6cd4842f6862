import type { AppId, IssuedVerdict } from '@holdfast/contract'
import type { EdgeVars } from '../context.ts'
import { verdictKeyOf } from '../shared-keys.ts'
import type { VerdictCache } from '../verdict-cache.ts'

/** The app that the operator has bound routes to: its callers show no key. Null while it is not active. */
export const readBoundApp = (
  verdicts: VerdictCache,
  appId: AppId,
  vars: EdgeVars,
): Promise<IssuedVerdict | null> =>
  verdicts({
    name: verdictKeyOf('app', appId),
    path: '/internal/apps/verdict',
    body: { appId },
    caller: vars,
    // Nobody chooses what is asked, so nobody can guess.
    onMiss: async () => {},
    afterwards: vars.afterwards,
  })
