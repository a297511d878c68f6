import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { runChore } from "./chore";

describe("A new controller", () => {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { publicKey: others } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const init = (published: typeof publicKey) =>
    runChore("kubeadm-init", [], {
      kubectl: {
        "get --raw /openid/v1/jwks": JSON.stringify({ keys: [published.export({ format: "jwk" })] }),
      },
      files: {
        "/run/cluster/instance.env":
          "LOCAL_HOSTNAME=ip-10-0-0-5\nPRIVATE_IP=127.0.0.1\nAVAILABILITY_ZONE=eu-west-1a\nINSTANCE_ID=i-1\n",
        "/etc/kubernetes/pki/sa.pub": publicKey.export({ type: "spki", format: "pem" }) as string,
        "/opt/cluster/bin/version-skew": '#!/bin/bash\necho "version-skew: asked" >&2\nexit 9\n',
      },
    });

  it("starts no apiserver with a service account key that the API does not have: pods would reach it at once", () => {
    const { status, calls, log } = init(others);
    assert.equal(status, 1);
    assert.match(
      log.join("\n"),
      /^kubeadm-init: ERROR: pki\/service-account\/sa\.pub is not among the keys of the API at api\.\S+$/,
    );
    assert.ok(!calls.some((call) => call.startsWith("kubeadm init")), calls.join("\n"));
  });

  it("continues with the version check if the API has its key", () => {
    const { status, log } = init(publicKey);
    assert.deepEqual([status, log], [9, ["version-skew: asked"]]);
  });
});
