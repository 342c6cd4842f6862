/**
 * A value as a header can carry it: what is no visible ASCII, and the sign of this itself, as `encodeURIComponent` writes it.
 * The service reads names, addresses and ids of users so.
 */
export const headerValue = (text: string): string =>
  text.toWellFormed().replace(/[^!-~]|%/gu, (sign) => encodeURIComponent(sign))

/** A key of the caller's own, which is compared as it is sent: only what no header takes is written otherwise. */
export const headerKey = (text: string): string =>
  text.toWellFormed().replace(/[^!-~]/gu, (sign) => encodeURIComponent(sign))

/** The first header that cannot be sent as it is, by its name: its value may be a secret. */
export function unsendable(headers: Readonly<Record<string, string>>): string | undefined {
  return Object.entries(headers).find(([name, value]) => {
    try {
      new Headers([[name, value]])
      return false
    } catch {
      return true
    }
  })?.[0]
}
