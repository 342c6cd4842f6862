import { createHash } from 'node:crypto'
import type { Principal } from '@holdfast/contract'

const digestOf = (what: string, text: string): string =>
  createHash('sha256').update(`holdfast audit log, ${what}\n${text}`).digest('base64url')

/** What an admin is known by where no name is kept. */
export const adminDigest = (name: string): string => digestOf('admin', name)

/** What a buyer is known by where no name is kept: entries outlive an account that is erased. */
export const userDigest = (principal: Principal): string => digestOf('user', principal)

/** The id of the one entry that a call may leave, by what no two calls have in common. */
export const entryIdOf = (call: string): string => `aud_${digestOf('entry', call)}`
