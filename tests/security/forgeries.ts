import { type Platform, principal, systemPlatform, tokenIssuer, tokenKinds } from '@holdfast/contract'
import { base64url, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { stampOf } from '../../core/src/administration/sessions.ts'
import { adminAccount, secrets } from './secrets.ts'

type Kind = 'user' | 'admin'

/** A token that is not good, and what is wrong with it. */
export interface Forgery {
  readonly name: string
  readonly token: string
}

const secretOf = { user: secrets.userToken, admin: secrets.adminToken }
const otherKind = { user: 'admin', admin: 'user' } as const

interface Changes {
  readonly header?: Readonly<Record<string, unknown>>
  /** `undefined` leaves a claim out. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly key?: Uint8Array | CryptoKey
}

/** Makes a token as core does, but for these changes. */
async function maker(kind: Kind, now: number) {
  const { typ, audience } = tokenKinds[kind]
  const of =
    kind === 'admin'
      ? { sub: adminAccount.name, stamp: await stampOf(systemPlatform, adminAccount) }
      : { sub: principal.pool('usr_forged') }
  const good = { iss: tokenIssuer, aud: audience, ...of, jti: 'tok_forged', iat: now, exp: now + 600 }
  const make = ({ header = {}, claims = {}, key = secretOf[kind] }: Changes = {}) =>
    new SignJWT(JSON.parse(JSON.stringify({ ...good, ...claims })))
      .setProtectedHeader({ alg: 'HS256', typ, ...header })
      .sign(key)
  return { good, typ, make }
}

const part = (value: object) => base64url.encode(JSON.stringify(value))

/** Keys that somebody outside can have: a pair of their own, and what is published of ours. */
async function outsideKeys(published: unknown) {
  const [rsa, ed] = [await generateKeyPair('RS256'), await generateKeyPair('EdDSA', { crv: 'Ed25519' })]
  const text = new TextEncoder().encode(JSON.stringify(published))
  return { rsa, ed, text, jwk: await exportJWK(rsa.publicKey) }
}

/** Tokens of one kind, each wrong in one way. `published` is what our key set shows to everybody. */
export async function forgeriesOf(
  kind: Kind,
  platform: Pick<Platform, 'now'>,
  published: unknown,
): Promise<Forgery[]> {
  const now = Math.floor(platform.now() / 1_000)
  const { good, typ, make } = await maker(kind, now)
  const { rsa, ed, text, jwk } = await outsideKeys(published)
  const other = otherKind[kind]
  const whole = await make()
  const [header = '', payload = '', signature = ''] = whole.split('.')
  const unsigned = new UnsecuredJWT(good).encode()
  const made: [string, string | Promise<string>][] = [
    ['that has expired', make({ claims: { iat: now - 600, exp: now - 60 } })],
    ['that is not good yet', make({ claims: { nbf: now + 600 } })],
    ['that was made too long ago', make({ claims: { iat: now - 8 * 86_400 } })],
    ['of another issuer', make({ claims: { iss: 'somebody' } })],
    ['for another audience', make({ claims: { aud: tokenKinds[other].audience } })],
    ['of another type', make({ header: { typ: tokenKinds[other].typ } })],
    ['of the type of edges', make({ header: { typ: tokenKinds.edge.typ } })],
    ['of no type', make({ header: { typ: undefined } })],
    ['signed by somebody else', make({ key: new TextEncoder().encode('not the secret of this Holdfast') })],
    ['signed with the secret of another kind', make({ key: secretOf[other] })],
    ['signed with the key to core', make({ key: secrets.edgeKeys[0]?.secret ?? new Uint8Array(32) })],
    ['under HS384', make({ header: { alg: 'HS384' } })],
    ['under HS512', make({ header: { alg: 'HS512' } })],
    ['under alg none', unsigned],
    ['under alg none, with a type', `${part({ alg: 'none', typ })}.${payload}.`],
    ['under alg None', `${part({ alg: 'None', typ })}.${payload}.`],
    ['without its signature', `${header}.${payload}.`],
    ['with claims that were changed', `${header}.${part({ ...good, sub: 'pool:usr_1' })}.${signature}`],
    ['under RS256, by a key of its own', make({ header: { alg: 'RS256' }, key: rsa.privateKey })],
    ['that brings its key along', make({ header: { alg: 'RS256', jwk }, key: rsa.privateKey })],
    ['under EdDSA, by a key of its own', make({ header: { alg: 'EdDSA' }, key: ed.privateKey })],
    ['under HS256, by our published key', make({ key: text })],
    ['that says RS256 over an HS256 signature', `${part({ alg: 'RS256', typ })}.${payload}.${signature}`],
    ...Object.keys(good).map((claim): [string, Promise<string>] => [
      `without ${claim}`,
      make({ claims: { [claim]: undefined } }),
    ]),
    ['that is none', 'x'],
  ]
  return Promise.all(made.map(async ([name, token]) => ({ name: `a token ${name}`, token: await token })))
}

/** What the predecessor TicketS made, which people have in their browsers. */
export const oldTicketsToken = () =>
  new SignJWT({ userId: 'usr_old', email: 'old@holdfast.test' })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .sign(secrets.oldTickets)

/** The same of the Unified Booking Backend. */
export const oldUnifiedToken = ({ now }: Pick<Platform, 'now'>) =>
  new SignJWT({ type: 'user', userId: 'usr_old' })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt(Math.floor(now() / 1_000))
    .setExpirationTime('7d')
    .sign(secrets.oldUnified)
