/**
 * The application of the lab: a small shop behind HTTP, logged in to its database as its own role.
 *
 *   GET  /healthz         200 only if every table it needs can be read by its own role
 *   GET  /admin/salons    behind the header x-admin-token
 *   POST /webhook         a booking in one transaction; 200 means that it is committed. {"test": …} is rolled back
 *
 * From the environment: LAB, APP_PORT, APP_ROLE, DATABASE, ADMIN_TOKEN, PGPASSFILE. Where the database is says the file LAB/service.
 */
import {createHash, timingSafeEqual} from "node:crypto";
import {readFileSync} from "node:fs";
import {createServer} from "node:http";
import {literal, openConnection} from "./psql.mjs";

const {LAB, APP_PORT, APP_ROLE, DATABASE, ADMIN_TOKEN} = process.env;
const where = () => {
  const [host, port] = readFileSync(`${LAB}/service`, "utf8").trim().split(" ");
  return {host, port};
};
const pool = Array.from({length: 2}, () => openConnection({where, user: APP_ROLE, database: DATABASE}));
let turn = 0;
const query = (sql) => pool[turn++ % pool.length].query(sql);

createServer(async (request, response) => {
  const route = `${request.method} ${new URL(request.url ?? "/", "http://localhost").pathname}`;
  const {status, body} = await (routes[route] ?? notFound)(request).catch((error) => ({status: 503, body: {error: error.message}}));
  if (status >= 500) console.error(`${new Date().toISOString()} error ${route}: ${JSON.stringify(body)}`);
  response.writeHead(status, {"content-type": "application/json"}).end(`${JSON.stringify(body)}\n`);
}).listen(Number(APP_PORT), "127.0.0.1", () => console.log(`${new Date().toISOString()} ready on ${APP_PORT}`));

const notFound = async () => ({status: 404, body: {error: "not found"}});

const routes = {
  async "GET /healthz"() {
    const tables = ["salons", "conversations", "bookings", "messages", "webhook_logs"];
    const [found] = await query(`select ${tables.map((table) => `exists (select from ${table})`).join(", ")}`);
    const empty = tables.filter((_, place) => found[place] !== "t");
    return empty.length === 0 ? {status: 200, body: {database: "ok"}} : {status: 503, body: {error: `empty: ${empty.join(", ")}`}};
  },

  async "GET /admin/salons"(request) {
    if (!isAdmin(request.headers["x-admin-token"])) return {status: 401, body: {error: "x-admin-token is missing or wrong"}};
    const rows = await query("select id, name from salons order by id limit 100");
    return {status: 200, body: rows.map(([id, name]) => ({id: Number(id), name}))};
  },

  async "POST /webhook"(request) {
    const event = await readJson(request);
    if (event === null) return {status: 400, body: {error: "the body is no JSON object"}};
    const reference = event.reference === undefined ? "gen_random_uuid()" : literal(event.reference);
    const end = event.test === undefined ? "commit" : "rollback";
    const [booked] = await query(`begin;
      insert into webhook_logs (salon_id, event_type, payload) select min(id), 'booking', ${literal(JSON.stringify(event))} from salons;
      with customer as (select id, salon_id from conversations order by id limit 1 offset ${Math.floor(Math.random() * 100)}),
        message as (insert into messages (salon_id, conversation_id, direction, body) select salon_id, id, 'in', 'booking' from customer)
      insert into bookings (reference, salon_id, conversation_id, price_cents, starts_at)
        select ${reference}, salon_id, id, 4200, now() + interval '1 day' from customer returning reference;
      ${end}`);
    return booked
      ? {status: 200, body: {reference: booked[0], kept: end === "commit"}}
      : {status: 503, body: {error: "nobody to book for"}};
  }
};

const digest = (text) => createHash("sha256").update(String(text)).digest();
const isAdmin = (token) => Boolean(ADMIN_TOKEN) && timingSafeEqual(digest(token), digest(ADMIN_TOKEN));

async function readJson(request) {
  let text = "";
  for await (const chunk of request) if ((text += chunk).length > 65_536) return null;
  try {
    const value = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
