import { afterEach, expect, test } from 'vitest'
import { smtpMailer, smtpTransport } from './smtp-mailer.ts'
import { type MailServer, startMailServer } from './testing-mail.ts'

let server: MailServer
afterEach(() => server.stop())

async function openServer(takes: boolean) {
  server = await startMailServer({ takes })
  const { letters, port } = server
  return { letters, send: smtpMailer({ url: `smtp://127.0.0.1:${port}`, from: 'shop@example.org' }) }
}

const mail = { to: 'ada@example.org', subject: 'Your code', text: '123456 is your code.' }

test('a letter is handed to the server, with who sends it and who gets it', async () => {
  const { letters, send } = await openServer(true)
  await send(mail)
  expect(letters).toHaveLength(1)
  for (const part of ['From: shop@example.org', 'To: ada@example.org', 'Subject: Your code', mail.text]) {
    expect(letters[0]).toContain(part)
  }
})

test('an address that tries to add headers or people gets neither', async () => {
  const { letters, send } = await openServer(true)
  await send({ ...mail, subject: 'Your code\r\nBcc: eve@example.org' })
  expect(letters[0]).not.toMatch(/^Bcc/m)
})

test('a letter that is not taken is a fault', async () => {
  const { send } = await openServer(false)
  await expect(send(mail)).rejects.toThrow()
})

test.each([
  ['smtp://ada:secret@mail.example:587', true],
  ['smtp://mail:25', false],
  ['smtp://127.0.0.1:1025', false],
])('a letter by %s goes under TLS or not at all: %s', (url, isRequired) => {
  expect(smtpTransport(url).transporter).toMatchObject({ options: { requireTLS: isRequired } })
})
