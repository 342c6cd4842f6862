import { commandSessionSeconds, systemPlatform } from '@holdfast/contract'
import * as z from 'zod'
import { openSession } from '../administration/sessions.ts'
import { adminsOf } from '../administration/settings.ts'
import { Env } from '../env.ts'
import { createTokenIssuer } from '../users/tokens.ts'

const { ADMIN_TOKEN_SECRET, ADMIN_EMAIL, ADMIN_USERNAME, ADMIN_PASSWORD_HASH, ADMIN_TOTP_SECRET } = Env.shape

/** Of the settings of core, those by which a program on its side is the first admin. */
export const SessionSettings = z.object({
  ...{ ADMIN_TOKEN_SECRET, ADMIN_EMAIL, ADMIN_USERNAME, ADMIN_PASSWORD_HASH, ADMIN_TOTP_SECRET },
})
export type SessionSettings = z.infer<typeof SessionSettings>

/** A session of some minutes of the first admin: who has these secrets needs no password. */
export async function ownSession(settings: SessionSettings) {
  const secret = settings.ADMIN_TOKEN_SECRET
  // It issues no tokens of users.
  const tokens = createTokenIssuer({ user: secret, admin: secret }, systemPlatform)
  const [admin] = adminsOf({ ...settings, ADMINS: [] })
  return openSession({ tokens, platform: systemPlatform }, admin, commandSessionSeconds)
}
