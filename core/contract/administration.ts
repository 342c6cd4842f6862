import * as z from 'zod'
import { LogInRequest, TypedPassword } from './auth.ts'
import { nameLengthMax } from './limits.ts'

/** What an admin may do, each more than the one before: read; help buyers too; everything. */
export const AdminRole = z.enum(['viewer', 'support', 'operator'])
export type AdminRole = z.infer<typeof AdminRole>

/** Whether who has a role may do what needs another. */
export const isRoleEnough = (role: AdminRole, needed: AdminRole): boolean =>
  AdminRole.options.indexOf(role) >= AdminRole.options.indexOf(needed)

/** The code that an authenticator shows, of an admin who has a second factor. */
const SecondFactor = z.object({
  code: z
    .string()
    .regex(/^\d{6}$/, 'must be 6 digits')
    .optional(),
})

/** POST /v1/admin/login */
export const AdminLogInRequest = LogInRequest.extend(SecondFactor.shape)
export type AdminLogInRequest = z.infer<typeof AdminLogInRequest>

/** The same at core: an admin by e-mail, or by their name. */
export const AdminLogInCommand = z.union([
  AdminLogInRequest,
  z.strictObject({
    username: z.string().min(1).max(nameLengthMax),
    password: TypedPassword,
    ...SecondFactor.shape,
  }),
])
export type AdminLogInCommand = z.infer<typeof AdminLogInCommand>

/** The answer to POST /v1/admin/login. */
export const AdminSession = z.object({ token: z.string(), expiresInSeconds: z.int() })
export type AdminSession = z.infer<typeof AdminSession>

/** POST /v1/admin/signout: ends the session that calls, or all that the same admin has made until now. */
export const AdminSignOutRequest = z.strictObject({ everywhere: z.boolean().default(false) })
export type AdminSignOutRequest = z.infer<typeof AdminSignOutRequest>

/** What an admin token says: whose it is, its session, when they signed in, and with what (`Operator`). */
export const AdminClaims = z.object({ sub: z.string(), jti: z.string(), iat: z.int(), stamp: z.string() })
export type AdminClaims = z.infer<typeof AdminClaims>
