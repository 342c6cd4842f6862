import {
  type CodeSignUpRequest,
  codeDigits,
  newId,
  type PoolSignUpRequest,
  Problem,
  type SignUpRequest,
  type UserSession,
} from '@holdfast/contract'
import { cursorOf } from '../cursor.ts'
import type { UserDoc } from '../store/schema.ts'
import { isDuplicate, poolScope } from '../store/store.ts'
import { withCode } from './codes.ts'
import { assertPasswordAllowed } from './refused-passwords.ts'
import { openUserSession, type SignInPlace } from './sessions.ts'
import { type AccountContext, nameIn, takeOver } from './take-over.ts'

/**
 * Adds a user to the pool that all apps share, and signs them in. Nobody has asked whether the address is theirs: the account is good on
 * the predecessors' routes, and the address goes to who proves that they have it.
 *
 * @throws Problem `email_taken`
 */
export async function signUp(
  ctx: AccountContext,
  request: PoolSignUpRequest,
  place: SignInPlace,
): Promise<UserSession> {
  return openUserSession(ctx, await addUser(ctx, request, false), place)
}

/**
 * Signs up who has the code that was mailed to the address. An account whose address nobody had proven becomes theirs, with this name
 * and password, and whoever was signed in to it is out.
 *
 * @throws Problem `invalid_credentials`; `email_taken`, which only who has the code can learn.
 */
export function signUpWithCode(
  ctx: AccountContext,
  { code, ...request }: SignUpRequest | CodeSignUpRequest,
  place: SignInPlace,
): Promise<UserSession> {
  const { email } = request
  const named = { name: nameIn(email), ...request }
  return withCode(ctx, { email, code }, async () => {
    const [known] = await ctx.store.find(poolScope, 'users', { email }, { limit: 1 })
    // The short code of TicketS takes nothing from anybody.
    if (known && !known.emailVerified && code.length === codeDigits)
      return takeOver(ctx, known, { phone: null, ...named, emailVerified: true }, place)
    return openUserSession(ctx, await addUser(ctx, named, true), place)
  })
}

async function addUser(
  ctx: AccountContext,
  { email, password, name, phone }: PoolSignUpRequest,
  emailVerified: boolean,
): Promise<UserDoc> {
  await assertPasswordAllowed(ctx, password)
  const { store, platform, passwords } = ctx
  const userId = newId('usr', platform.random)
  const createdAt = new Date(platform.now())
  const user: UserDoc = {
    appId: poolScope,
    userId,
    email,
    emailVerified,
    name,
    phone: phone ?? null,
    passwordHash: await passwords.hash(password),
    active: true,
    deactivatedAt: null,
    signedInAt: null,
    cursor: cursorOf(createdAt, userId),
    createdAt,
  }
  try {
    await store.insert(poolScope, 'users', user)
  } catch (error) {
    // The unique index decides, so two who come at once cannot both have the address.
    if (isDuplicate(error, 'users', 'email')) throw new Problem('email_taken')
    throw error
  }
  return user
}
