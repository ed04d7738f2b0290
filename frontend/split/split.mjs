// Splits the client in two, so that a first visit fetches what it runs and no more.
//
//   node split.mjs split IN LATE FIRST REST   two programs in place of one
//   node split.mjs trace IN OUT               OUT reports each function that is entered
//   node split.mjs list IN ENTERED            prints late.txt: the functions of IN that were not
//
// FIRST holds what late.txt does not name. REST holds the others; boot.js fetches it when a page needs
// more than the empty chat, when somebody reaches for the page, or at the latest when one of its
// functions is called. They run as one program: REST takes memory, tables, globals and functions from
// FIRST, and FIRST calls functions of REST, which it imports from the module "rest".
//
// A function that late.txt does not know, because the code is newer than the list, stays in FIRST. So an
// old list costs bytes and never correctness; `./dev profile` makes a new one.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

// Of npm; ./dev says where it lies.
const { default: binaryen } = await import(process.env.BINARYEN);

const [task, input, ...files] = process.argv.slice(2);
({ split, trace, list })[task](...files);

function split(listFile, firstFile, restFile) {
  const listed = new Set(lines(listFile));
  const isLate = ({ name }) => listed.has(key(name));
  const all = defined(read()).map((one, index) => ({ ...one, short: `f${index.toString(36)}` }));
  const late = all.filter(isLate);
  const kept = all.filter((one) => !isLate(one));

  // With all that is kept as roots: what of REST it calls.
  const called = remaining(first(late, kept), late);
  const rest = read();
  const state = share(rest);
  takeOver(rest, late);
  become(rest, kept, 'first');
  for (const { name } of exported(rest)) rest.removeExport(name);
  for (const { name, short } of called) rest.addFunctionExport(name, short);
  shed(rest);

  writeFileSync(restFile, withoutData(rest.emitBinary()));
  writeFileSync(firstFile, first(late, remaining(rest, kept), state).emitBinary());
  console.error(`${kept.length} functions first, ${late.length} in the rest`);
}

/** The program with late functions imported, and `offered` and `state` exported. */
function first(late, offered, state = () => {}) {
  const module = read();
  become(module, late, 'rest');
  for (const { name, short } of offered) module.addFunctionExport(name, short);
  state(module);
  shed(module);
  return module;
}

/** Memory, tables and globals become those of FIRST; gives back what exports them there. */
function share(module) {
  const known = exported(module);
  const todo = [];
  const share = (kind, name, add, offer) => {
    const short = known.find((one) => one.kind === kind && one.value === name)?.name ?? `s${todo.length}`;
    add(short);
    if (!known.some((one) => one.name === short)) todo.push((first) => offer(first, short));
  };
  const memory = known.find(({ kind }) => kind === binaryen.ExternalMemory).value;
  share(binaryen.ExternalMemory, memory, (short) => module.addMemoryImport(memory, 'first', short));
  for (let index = 0; index < module.getNumTables(); index++) {
    const { name } = binaryen.getTableInfo(module.getTableByIndex(index));
    const offer = (first, short) => first.addTableExport(name, short);
    share(binaryen.ExternalTable, name, (short) => module.addTableImport(name, 'first', short), offer);
  }
  for (let index = 0; index < module.getNumGlobals(); index++) {
    const { name, type, mutable } = binaryen.getGlobalInfo(module.getGlobalByIndex(index));
    const add = (short) => module.addGlobalImport(name, 'first', short, type, mutable);
    share(binaryen.ExternalGlobal, name, add, (first, short) => first.addGlobalExport(name, short));
  }
  return (first) => todo.forEach((offer) => offer(first));
}

/** In the table, REST puts its functions in the place of FIRST's imports, so that calls by pointer are direct. */
function takeOver(module, late) {
  const names = new Set(late.map(({ name }) => name));
  const segments = Array.from({ length: module.getNumElementSegments() }, (_, index) =>
    binaryen.getElementSegmentInfo(module.getElementSegmentByIndex(index)),
  );
  for (const { name, table, offset, data } of segments) {
    module.removeElementSegment(name);
    const start = binaryen.getExpressionInfo(offset).value;
    for (let from = 0; from < data.length; from++) {
      if (!names.has(data[from])) continue;
      let to = from;
      while (names.has(data[to])) to++;
      module.addActiveElementSegment(table, `${name}.${from}`, data.slice(from, to), module.i32.const(start + from));
      from = to;
    }
  }
}

function become(module, ones, from) {
  for (const { name, short, params, results } of ones) {
    module.removeFunction(name);
    module.addFunctionImport(name, from, short, params, results);
  }
}

function remaining(module, ones) {
  const names = new Set(functions(module).map(({ name }) => name));
  return ones.filter(({ name }) => names.has(name));
}

function shed(module) {
  module.runPasses(['remove-unused-module-elements']);
}

/** Without the sections data (11) and data count (12): FIRST has filled the memory already. */
function withoutData(bytes) {
  const parts = [bytes.subarray(0, 8)];
  for (let at = 8; at < bytes.length; ) {
    let end = at + 1;
    let length = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      length |= (bytes[end] & 127) << shift;
      more = bytes[end++] > 127;
    }
    end += length;
    if (bytes[at] !== 11 && bytes[at] !== 12) parts.push(bytes.subarray(at, end));
    at = end;
  }
  return Buffer.concat(parts);
}

function trace(output) {
  const module = read();
  for (const { name, body, results } of defined(module)) {
    const enter = module.call('enter', [module.i32.const(parseInt(key(name), 16) | 0)], binaryen.none);
    binaryen.Function.setBody(module.getFunction(name), module.block(null, [enter, body], results));
  }
  module.addFunctionImport('enter', 'trace', 'enter', binaryen.i32, binaryen.none);
  writeFileSync(output, module.emitBinary());
}

function list(enteredFile) {
  const entered = new Set(lines(enteredFile));
  const late = new Set(defined(read()).map(({ name }) => key(name)).filter((one) => !entered.has(one)));
  console.log(['# Functions that a first visit does not enter. Made by ./dev profile.', ...[...late].sort()].join('\n'));
}

function read() {
  const module = binaryen.readBinary(readFileSync(input));
  const { MutableGlobals, NontrappingFPToInt, BulkMemory, SignExt, ReferenceTypes, Multivalue } = binaryen.Features;
  module.setFeatures(MutableGlobals | NontrappingFPToInt | BulkMemory | SignExt | ReferenceTypes | Multivalue);
  return module;
}

function functions(module) {
  return Array.from({ length: module.getNumFunctions() }, (_, index) => binaryen.getFunctionInfo(module.getFunctionByIndex(index)));
}

function defined(module) {
  return functions(module).filter((one) => !one.module);
}

function exported(module) {
  return Array.from({ length: module.getNumExports() }, (_, index) => binaryen.getExportInfo(module.getExportByIndex(index)));
}

function lines(file) {
  return readFileSync(file, 'utf8').split('\n').filter((line) => line && !line.startsWith('#'));
}

/** A symbol's name without what the compiler's version changes in it: the hashes of crates. */
function key(name) {
  return createHash('sha256').update(name.replace(/Cs[0-9A-Za-z]*_/g, 'C')).digest('hex').slice(0, 8);
}
