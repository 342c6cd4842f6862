/** Who administrates comes from the configuration; here is what of it must be remembered. */
import { AppId } from '@holdfast/contract'
import * as z from 'zod'
import { date } from './date.ts'

/** A session that was ended by its admin, or (`all:` and their name) all that were made until then. */
export const EndedSessionShape = z.object({
  appId: AppId,
  session: z.string(),
  endedAt: date(),
  expiresAt: date(),
})

/** Of the codes of an admin's second factor, the last that was taken, by the number of its time step. */
export const UsedCodeShape = z.object({ appId: AppId, name: z.string(), step: z.int(), expiresAt: date() })
