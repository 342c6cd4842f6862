#!/usr/bin/env node
/**
 * `npx holdfast <command>`: what an operator does by hand.
 *
 * Ends with 0 when it is done, with 1 when it was refused or failed (and then says what to do), with 2 when it was
 * called in a wrong way.
 */
import { Command, CommanderError } from 'commander'
import { adminTotpCommand } from './admin-totp.ts'
import { appsCommand } from './apps.ts'
import { auditCommand } from './audit.ts'
import { auditLogCommand } from './audit-log.ts'
import { doctorCommand } from './doctor.ts'
import { exportCommand } from './export.ts'
import { importCommand } from './import.ts'
import { migrateCommand } from './migrate.ts'
import { smokeCommand } from './smoke.ts'
import { verifyReceiptCommand } from './verify-receipt.ts'

const program = new Command('holdfast')
  .description('Works on the store of a Holdfast core.')
  .exitOverride()
  .showHelpAfterError()

const commands = [
  migrateCommand(),
  exportCommand(),
  importCommand(),
  appsCommand(),
  verifyReceiptCommand(),
  auditCommand(),
  auditLogCommand(),
  doctorCommand(),
  smokeCommand(),
  adminTotpCommand(),
]
for (const command of commands) {
  program.addCommand(command.copyInheritedSettings(program))
  for (const inner of command.commands) inner.copyInheritedSettings(command)
}

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
