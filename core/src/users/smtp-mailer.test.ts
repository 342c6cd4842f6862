import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { smtpMailer } from './smtp-mailer.ts'

let server: Server
afterEach(() => void server.close())

/** A mail server that takes every letter, or none, and the letters that it took. */
async function openServer(takes: boolean) {
  const letters: string[] = []
  server = createServer((socket) => {
    let letter: string[] | undefined
    socket.write('220 here\r\n')
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').slice(0, -1)) {
        if (letter && line !== '.') letter.push(line)
        else if (letter) {
          letters.push(letter.join('\n'))
          letter = undefined
          socket.write('250 taken\r\n')
        } else if (line === 'DATA') {
          letter = []
          socket.write('354 go on\r\n')
        } else if (line === 'QUIT') socket.end('221 bye\r\n')
        else socket.write(!takes && line.startsWith('RCPT') ? '550 no such person\r\n' : '250 ok\r\n')
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
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
