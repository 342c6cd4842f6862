import {
  AdminRole,
  adminHashCostMax,
  adminHashCostMin,
  adminsMax,
  Email,
  emailKey,
  totpSecretBytes,
} from '@holdfast/contract'
import * as z from 'zod'
import type { Admins } from './admins.ts'

const costOf = (hash: string): number => Number(hash.slice(4, 6))

/** The hash of an admin's password. That it is not of a sample, start-up finds out (`sample-passwords.ts`). */
export const AdminPasswordHash = z
  .string()
  .regex(/^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/, 'must be a bcrypt hash')
  .refine((hash) => costOf(hash) >= adminHashCostMin && costOf(hash) <= adminHashCostMax, {
    message: `must have a cost from ${adminHashCostMin} to ${adminHashCostMax}: make it anew`,
  })

const base32LettersMin = Math.ceil((totpSecretBytes * 8) / 5)
/** Fewer different letters are a pattern, not a random secret. */
const differentLettersMin = 10

/** The secret of an authenticator, as `holdfast admin-totp` makes it. */
export const TotpSecret = z
  .string()
  .refine(
    (text) =>
      /^[A-Z2-7]{1,128}$/.test(text) &&
      text.length >= base32LettersMin &&
      new Set(text).size >= differentLettersMin,
    `must be ${totpSecretBytes} random bytes in base32 (npx holdfast admin-totp <name>)`,
  )

const Admin = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 . _ -')
    .transform(emailKey),
  email: Email,
  passwordHash: AdminPasswordHash,
  role: AdminRole,
  totpSecret: TotpSecret.optional(),
})

/** ADMINS: those beside the first, as a JSON array. */
export const OtherAdmins = z
  .string()
  .default('[]')
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      context.addIssue('must be a JSON array of admins')
      return z.NEVER
    }
  })
  .pipe(z.array(Admin).max(adminsMax - 1))

/** The settings that say who administrates. */
interface AdminSettings {
  readonly ADMIN_EMAIL: string
  readonly ADMIN_USERNAME?: string | undefined
  readonly ADMIN_PASSWORD_HASH: string
  readonly ADMIN_TOTP_SECRET?: string | undefined
  readonly ADMINS: z.infer<typeof OtherAdmins>
}

/** Everybody who administrates. */
export const adminsOf = (env: AdminSettings): Admins => [
  {
    name: env.ADMIN_USERNAME ?? env.ADMIN_EMAIL,
    email: env.ADMIN_EMAIL,
    passwordHash: env.ADMIN_PASSWORD_HASH,
    role: 'operator',
    totpSecret: env.ADMIN_TOTP_SECRET,
  },
  ...env.ADMINS,
]

/** Whether each name and each address is of one admin. */
export function areAdminsApart({
  ADMIN_EMAIL: email,
  ADMIN_USERNAME: name = email,
  ADMINS: others,
}: Pick<AdminSettings, 'ADMIN_EMAIL' | 'ADMIN_USERNAME' | 'ADMINS'>): boolean {
  const names = [{ name, email }, ...others].flatMap((admin) => [...new Set([admin.name, admin.email])])
  return new Set(names).size === names.length
}

/** Whether all hashes have one cost: otherwise the time of a login tells who is an admin. */
export const areHashesOfOneCost = ({
  ADMIN_PASSWORD_HASH: first,
  ADMINS: others,
}: Pick<AdminSettings, 'ADMIN_PASSWORD_HASH' | 'ADMINS'>): boolean =>
  others.every(({ passwordHash }) => costOf(passwordHash) === costOf(first))
