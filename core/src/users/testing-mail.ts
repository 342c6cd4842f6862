import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** For tests: a mail server that takes every letter, or none, from whoever has any password. */
export async function startMailServer({ takes = true } = {}) {
  const letters: string[] = []
  const server = createServer((socket) => {
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
        else if (line.startsWith('AUTH')) socket.write('235 you\r\n')
        else socket.write(!takes && line.startsWith('RCPT') ? '550 no such person\r\n' : '250 ok\r\n')
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, letters, stop: () => void server.close() }
}
export type MailServer = Awaited<ReturnType<typeof startMailServer>>
