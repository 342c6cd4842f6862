import { mailCallMs } from '@holdfast/contract'
import { createTransport } from 'nodemailer'
import type { Mailer } from './mailer.ts'

/** Where letters go, and from whom. */
export interface SmtpAddress {
  /** `smtps://user:password@host:465`, or `smtp://host:587`, which turns to TLS where the server offers it. */
  readonly url: string
  readonly from: string
}

/** Sends letters by SMTP, each over a connection of its own: they are few. */
export function smtpMailer({ url, from }: SmtpAddress): Mailer {
  // By default it waits two minutes for a connection and ten for an answer.
  const timeouts = { connectionTimeout: mailCallMs, greetingTimeout: mailCallMs, socketTimeout: mailCallMs }
  const transport = createTransport({ url, ...timeouts, disableFileAccess: true, disableUrlAccess: true })
  return async function smtpMailer(mail) {
    await transport.sendMail({ ...mail, from })
  }
}
