import { mailCallMs } from '@holdfast/contract'
import { createTransport } from 'nodemailer'
import type { Mailer } from './mailer.ts'

/** Where letters go, and from whom. */
export interface SmtpAddress {
  /** `smtps://user:password@host:465`, or `smtp://host:587`, which turns to TLS where the server offers it. */
  readonly url: string
  readonly from: string
}

/** Connects to a mail server, each time anew: letters are few. */
export function smtpTransport(url: string) {
  // By default it waits two minutes for a connection and ten for an answer.
  const timeouts = { connectionTimeout: mailCallMs, greetingTimeout: mailCallMs, socketTimeout: mailCallMs }
  return createTransport({ url, ...timeouts, disableFileAccess: true, disableUrlAccess: true })
}

/** Sends letters by SMTP. */
export function smtpMailer({ url, from }: SmtpAddress): Mailer {
  const transport = smtpTransport(url)
  return async function smtpMailer(mail) {
    await transport.sendMail({ ...mail, from })
  }
}
