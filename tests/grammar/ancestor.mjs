// Reads JFile texts as JSON strings, one a line, and answers each with what the ancestor's own
// parser makes of it: {"directives": […]} or {"error": "…"}. Its argument is the package's folder.

import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

const { parseJFile } = await import(pathToFileURL(`${process.argv[2]}/src/prepare.mjs`))

for await (const line of createInterface({ input: process.stdin })) {
  let answer
  try {
    answer = { directives: parseJFile(JSON.parse(line)) }
  } catch (error) {
    answer = { error: error.message }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
