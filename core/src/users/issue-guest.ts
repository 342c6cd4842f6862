import { type AppId, type GuestSession, newId, type Platform } from '@holdfast/contract'
import type { TokenIssuer } from './tokens.ts'

interface Context {
  readonly platform: Pick<Platform, 'random'>
  readonly tokens: Pick<TokenIssuer, 'issueGuestToken'>
}

/** Makes a buyer without an account, known to one app. Nothing is stored: the token is all there is of a guest. */
export async function issueGuest(
  { platform, tokens }: Context,
  { appId, challenged }: { readonly appId: AppId; readonly challenged?: true | undefined },
): Promise<GuestSession> {
  const id = newId('gst', platform.random)
  const { token, expiresInSeconds } = await tokens.issueGuestToken(id, appId, challenged)
  return { token, expiresInSeconds, guest: { id } }
}
