import { PaymentAccount } from '@holdfast/contract'
import * as z from 'zod'

/** Fewer characters, or fewer different ones, are no key. */
const keyLengthMin = 16
const differentCharactersMin = 8
const placeholder = /your|example|sample|changeme|placeholder|x{4}/i

const Key = z
  .string()
  .regex(/^[!-~]{1,256}$/, 'must be visible ASCII characters')
  .refine(
    (key) =>
      key.length >= keyLengthMin && new Set(key).size >= differentCharactersMin && !placeholder.test(key),
    'must be a real key, not a sample',
  )
const webhookSecretsOf = (secret: typeof Key) =>
  z.union([secret.transform((one) => [one]), z.array(secret).min(1).max(2)], {
    error: 'must be a real secret, or an array of the new one and the old',
  })

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Another address than the provider's own, for tests. A key must not travel in the clear. */
const ApiUrl = z.url({ protocol: /^https?$/ }).refine((text) => {
  const url = new URL(text)
  return url.pathname === '/' && (url.protocol === 'https:' || loopback.has(url.hostname))
}, 'must be https, or http on this machine, without a path')

const StripeAccount = z
  .strictObject({
    secretKey: Key.regex(/^[sr]k_(test|live)_/, 'must begin with sk_test_, sk_live_, rk_test_ or rk_live_'),
    publishableKey: Key.regex(/^pk_(test|live)_/, 'must begin with pk_test_ or pk_live_'),
    webhookSecret: webhookSecretsOf(Key.regex(/^whsec_/, 'must begin with whsec_')),
    apiUrl: ApiUrl.optional(),
  })
  .transform(({ webhookSecret: webhookSecrets, apiUrl, ...keys }) => ({
    ...keys,
    webhookSecrets,
    apiUrl: apiUrl ?? 'https://api.stripe.com',
    isLive: keys.secretKey.includes('k_live_'),
    isElsewhere: apiUrl !== undefined,
  }))
  .refine(({ publishableKey, isLive }) => publishableKey.startsWith('pk_live_') === isLive, {
    path: ['publishableKey'],
    message: 'must be of the same mode as secretKey, test or live',
  })

const RazorpayAccount = z
  .strictObject({
    keyId: Key.regex(/^rzp_(test|live)_/, 'must begin with rzp_test_ or rzp_live_'),
    keySecret: Key,
    webhookSecret: webhookSecretsOf(Key),
    apiUrl: ApiUrl.optional(),
  })
  .transform(({ webhookSecret: webhookSecrets, apiUrl, ...keys }) => ({
    ...keys,
    webhookSecrets,
    apiUrl: apiUrl ?? 'https://api.razorpay.com',
    isLive: keys.keyId.startsWith('rzp_live_'),
    isElsewhere: apiUrl !== undefined,
  }))

/** Accounts of one provider by name, as JSON; a live key goes to its provider only. */
const accountsOf = <Account extends z.ZodType<{ isLive: boolean; isElsewhere: boolean }>>(account: Account) =>
  z
    .string()
    .default('{}')
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch {
        context.addIssue('must be a JSON object of accounts by name')
        return z.NEVER
      }
    })
    .pipe(
      z.record(
        PaymentAccount,
        account.refine(({ isLive, isElsewhere }) => !(isLive && isElsewhere), {
          path: ['apiUrl'],
          message: 'is for test keys only',
        }),
      ),
    )

/** STRIPE_ACCOUNTS: name -> secretKey, publishableKey, webhookSecret. */
export const StripeAccounts = accountsOf(StripeAccount)
export type StripeAccounts = z.infer<typeof StripeAccounts>

/** RAZORPAY_ACCOUNTS: name -> keyId, keySecret, webhookSecret. */
export const RazorpayAccounts = accountsOf(RazorpayAccount)
export type RazorpayAccounts = z.infer<typeof RazorpayAccounts>

/** Whether an account takes real money. */
export const hasLiveAccount = (...all: readonly (StripeAccounts | RazorpayAccounts)[]): boolean =>
  all.some((accounts) => Object.values(accounts).some(({ isLive }) => isLive))
