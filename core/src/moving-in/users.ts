import { emailKey, emailLengthMax, isTypedEmail, patterns, UserId } from '@holdfast/contract'
import * as z from 'zod'
import { cursorOf } from '../cursor.ts'
import type { UserDoc } from '../store/schema.ts'
import { poolScope } from '../store/store.ts'
import { bcryptCost } from '../users/password-worker.ts'
import { costOf, Hash, Id, IdText, madeAt, When } from './fields.ts'
import type { LegacyUser } from './legacy.ts'
import { type Exported, type Reading, readMongoexport } from './mongoexport.ts'
import { refuseRepeated } from './repeated.ts'

/** Whatever its server took for an address, which need not be one by our rules: its owner signs in with it as before. */
const TakenEmail = z
  .string()
  .trim()
  .max(emailLengthMax)
  .refine((text) => isTypedEmail(text) && patterns.plainText.test(text), 'is no mail address')
  .transform(emailKey)

const Fields = z.object({
  _id: Id.pipe(UserId),
  email: TakenEmail,
  name: z.string().nullish(),
  phone: IdText.nullish(),
  password: Hash('give the account one, or take the line out and let its owner sign up anew'),
  isActive: z.boolean().default(true),
  createdAt: When.optional(),
})

/** The hash has one of two names. */
const User = z.preprocess((doc) => {
  const { password, passwordHash = password }: { password?: unknown; passwordHash?: unknown } = Object(doc)
  return typeof doc === 'object' ? { ...doc, password: passwordHash } : doc
}, Fields)

/** A user of a predecessor: the id stays, so that an old token still names them. */
function userOf({
  _id: userId,
  email,
  name,
  phone,
  password,
  isActive,
  ...doc
}: z.output<typeof User>): UserDoc {
  const createdAt = doc.createdAt ?? madeAt(userId)
  return {
    appId: poolScope,
    userId,
    email,
    // Nobody had asked, and whoever has bought with it goes on.
    emailVerified: true,
    name: name || (email.split('@')[0] ?? email),
    phone: phone || null,
    passwordHash: password,
    active: isActive,
    deactivatedAt: isActive ? null : createdAt,
    signedInAt: null,
    cursor: cursorOf(createdAt, userId),
    createdAt,
  }
}

/** The users of either predecessor, whose addresses differ in more than capitals. */
export async function readUsers(reading: Reading): Promise<Exported<LegacyUser>> {
  const { diagnostics } = reading
  const { docs, ...file } = await readMongoexport(reading, 'users', User)
  const users = docs.map(({ at, doc }) => ({ at, doc: { at, user: userOf(doc) } }))
  refuseRepeated(users, diagnostics, '_id', ({ user }) => user.userId, 'take one of them out')
  refuseRepeated(
    users,
    diagnostics,
    'email',
    ({ user }) => user.email,
    'an address is one account, in capitals or not: change one of them, or take it out',
  )
  for (const { at, doc } of users) {
    if (costOf(doc.user.passwordHash) < bcryptCost)
      diagnostics.warn(
        { ...at, field: 'password' },
        `its hash has a cost below ${bcryptCost}: whoever gets hold of it guesses faster, so have its owner choose another`,
      )
  }
  return { ...file, docs: users }
}
