import type { Platform } from '@holdfast/contract'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Bytes as hexadecimal digits, as Razorpay writes signatures. */
export const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Whether a signature is the HMAC-SHA256 of a message, in a time that does not depend on where it differs. */
export async function isSigned(
  { hmacSha256 }: Pick<Platform, 'hmacSha256'>,
  secret: string,
  message: Uint8Array | string,
  signature: string,
): Promise<boolean> {
  const data = typeof message === 'string' ? bytesOf(message) : message
  const wanted = bytesOf(hexOf(await hmacSha256(bytesOf(secret), data)))
  const given = bytesOf(signature)
  if (given.length !== wanted.length) return false
  let difference = 0
  for (const [i, byte] of wanted.entries()) difference |= byte ^ (given[i] ?? 0)
  return difference === 0
}
