import { type Counting, currencyExponent } from '@holdfast/contract'

const scaled = (amount: number, from: number, to: number): number | null => {
  // biome-ignore lint/plugin: what does not divide without a rest is refused below
  const value = to >= from ? amount * 10 ** (to - from) : amount / 10 ** (from - to)
  return Number.isSafeInteger(value) ? value : null
}

/** An amount of ISO 4217 minor units as a provider counts it; null when it cannot say it exactly. */
export function toProvider(amount: number, currency: string, { digits, step }: Counting): number | null {
  const value = scaled(amount, currencyExponent(currency), digits)
  return value !== null && value % step === 0 ? value : null
}

/** An amount as a provider counts it, in minor units of ISO 4217; null when there is no such amount. */
export const fromProvider = (amount: number, currency: string, { digits }: Counting): number | null =>
  scaled(amount, digits, currencyExponent(currency))
