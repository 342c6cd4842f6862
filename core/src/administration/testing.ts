import { newId, type Operator, type Platform } from '@holdfast/contract'
import type { AdminAccount, Admins } from './admins.ts'
import { stampOf } from './sessions.ts'

/** For tests: an admin of each role, with passwords for `plainPasswords`. */
export const testAdmins: Admins = [
  { name: 'root', email: 'root@example.org', role: 'operator', passwordHash: 'plain:open sesame' },
  { name: 'sam', email: 'sam@example.org', role: 'support', passwordHash: 'plain:open barley' },
  { name: 'vera', email: 'vera@example.org', role: 'viewer', passwordHash: 'plain:open wheat' },
]

/** For tests: what an edge says of an admin who has signed in just now, or when a test says. */
export const signedIn = async (
  platform: Platform,
  admin: AdminAccount = testAdmins[0],
  more: Partial<Operator> = {},
): Promise<{ readonly admin: true; readonly operator: Operator }> => ({
  admin: true,
  operator: {
    name: admin.name,
    id: newId('tok', platform.random),
    issuedAt: Math.floor(platform.now() / 1_000),
    stamp: await stampOf(platform, admin),
    ...more,
  },
})
