/** A time stamp authority of RFC 3161 on a loopback port, made with openssl. */
import {writeFileSync} from "node:fs";
import {createServer} from "node:http";
import type {AddressInfo} from "node:net";
import {join} from "node:path";
import {execa} from "execa";

export interface Authority {
  readonly url: string;
  readonly certificate: string; // the file that trust in it begins with
  close(): Promise<void>;
}

const config = `
[ tsa ]
default_tsa = here
[ here ]
serial = serial
signer_cert = signer.pem
certs = ca.pem
signer_key = signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[ ext ]
extendedKeyUsage = critical,timeStamping
basicConstraints = critical,CA:FALSE
`;

export async function startAuthority(folder: string): Promise<Authority> {
  const openssl = (...args: readonly string[]) => execa("openssl", args, {cwd: folder});
  writeFileSync(join(folder, "tsa.cnf"), config);
  writeFileSync(join(folder, "serial"), "01\n");
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  await openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=Root of the test");
  await openssl("req", "-new", ...key, "-keyout", "signer.key", "-out", "signer.csr", "-subj", "/CN=Clock of the test");
  const issue = ["x509", "-req", "-in", "signer.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30"];
  await openssl(...issue, "-extfile", "tsa.cnf", "-extensions", "ext", "-out", "signer.pem");
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    writeFileSync(join(folder, "query.tsq"), Buffer.concat(parts));
    const {stdout} = await execa("openssl", ["ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq"], {
      cwd: folder,
      encoding: "buffer"
    });
    response.writeHead(200, {"content-type": "application/timestamp-reply"}).end(stdout);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    certificate: join(folder, "ca.pem"),
    close: () => new Promise((closed) => server.close(() => closed()))
  };
}
