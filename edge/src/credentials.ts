import { type AppVerdict, headers, type Problem, problemWith } from '@holdfast/contract'

/*
 * What to do about a credential that is missing or wrong: it depends on what else was shown. To sign in is of no use to a server,
 * and a key is no token.
 */

/** A key of ours, wherever it stands. */
const isKey = (authorization: string | undefined): boolean =>
  /^(bearer )?hf_(pk|sk)_/i.test(authorization ?? '')

const isBearer = (authorization: string): boolean => /^bearer /i.test(authorization)

/** Refuses a call without a buyer, or with a token that is none; `authorization` is what was sent of that. */
export function noBuyer({ kind }: Pick<AppVerdict, 'kind'>, authorization: string | undefined): Problem {
  if (isKey(authorization))
    return problemWith(
      'invalid_token',
      `That is the key of an app, which goes into ${headers.apiKey}. Authorization is for the token of a buyer.`,
    )
  if (authorization !== undefined && !isBearer(authorization))
    return problemWith('invalid_token', 'Send the token as Authorization: Bearer <token>.')
  if (kind !== 'secret') return problemWith('invalid_token')
  const message =
    authorization === undefined
      ? 'is missing: this is done for a buyer, and a server names its own user here'
      : 'names a user of the app’s own; the token beside this key is not good any more, or never was'
  const advice = `Send ${headers.externalUserId} to act for one of your own users, or Authorization: Bearer with the token of a user or a guest.`
  return problemWith('invalid_token', advice, { errors: [{ path: headers.externalUserId, message }] })
}

/** Refuses a key: what was sent as one, and what of another app or none. */
export function wrongKey(key: string, authorization: string | undefined): Problem {
  if (key === '' && isKey(authorization))
    return problemWith('invalid_api_key', `The key goes into ${headers.apiKey}, not into Authorization.`)
  if (key === '') return problemWith('invalid_api_key')
  if (!isKey(key))
    return problemWith(
      'invalid_api_key',
      'A key begins with hf_pk_ or hf_sk_; that of a predecessor is good on its own routes alone.',
    )
  return problemWith(
    'invalid_api_key',
    'This is the key of no active app: look whether it is whole, and whether it was rotated.',
  )
}

/** Refuses a key beside the id of another app. */
export const otherApp = (): Problem =>
  problemWith(
    'invalid_api_key',
    `${headers.appId} names another app than the key is of: send the key of that app, or leave the header out.`,
  )
