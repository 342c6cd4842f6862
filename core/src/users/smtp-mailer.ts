import { isPrivateHost, mailCallMs } from '@holdfast/contract'
import { createTransport } from 'nodemailer'
import type { Mailer } from './mailer.ts'

/** Where letters go, and from whom. */
export interface SmtpAddress {
  /** `smtps://user:password@host:465`, or `smtp://host:587`, which turns to TLS: in the own network where the server offers it. */
  readonly url: string
  readonly from: string
}

/** Connects to a mail server, each time anew: letters are few. */
export function smtpTransport(url: string) {
  // By default it waits two minutes for a connection and ten for an answer.
  const timeouts = { connectionTimeout: mailCallMs, greetingTimeout: mailCallMs, socketTimeout: mailCallMs }
  // Whoever is on the way could leave the offer out and read codes and the password.
  const requireTLS = !isPrivateHost(URL.parse(url)?.hostname ?? '')
  return createTransport({ url, ...timeouts, requireTLS, disableFileAccess: true, disableUrlAccess: true })
}

/** Sends letters by SMTP. */
export function smtpMailer({ url, from }: SmtpAddress): Mailer {
  const transport = smtpTransport(url)
  return async function smtpMailer(mail) {
    await transport.sendMail({ ...mail, from })
  }
}
