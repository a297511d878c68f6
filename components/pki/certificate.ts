import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

const day = 24;

/** Ten years. Replacing a CA replaces every node, so a person decides it, not a date. */
const caHours = 3650 * day;

/** 90 days. Any `pulumi up` in the last 45 days renews it, so a weekly `up` in CI always comes in time. */
const leafHours = 90 * day;
const leafRenewalHours = 45 * day;

export interface CertificateAuthorityArgs {
  readonly commonName: string;
}

/** A certificate authority with its P-256 key. */
export class CertificateAuthority extends pulumi.ComponentResource {
  readonly certificatePem: pulumi.Output<string>;
  /** Secret. */
  readonly privateKeyPem: pulumi.Output<string>;
  /** RFC 3339. */
  readonly expiry: pulumi.Output<string>;

  constructor(name: string, args: CertificateAuthorityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:CertificateAuthority", name, {}, opts);
    const key = new tls.PrivateKey(name, { algorithm: "ECDSA", ecdsaCurve: "P256" }, { parent: this });
    const certificate = new tls.SelfSignedCert(
      name,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: args.commonName },
        isCaCertificate: true,
        setSubjectKeyId: true,
        validityPeriodHours: caHours,
        allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
      },
      { parent: this },
    );
    this.certificatePem = certificate.certPem;
    this.privateKeyPem = pulumi.secret(key.privateKeyPem);
    this.expiry = certificate.validityEndTime;
    this.registerOutputs({ certificatePem: this.certificatePem, expiry: this.expiry });
  }
}

export interface LeafCertificateArgs {
  readonly authority: CertificateAuthority;
  readonly commonName: string;
  /** Group of a Kubernetes user. */
  readonly organization?: string;
  readonly dnsNames?: string[];
  readonly ipAddresses?: string[];
  readonly uses: readonly ("server_auth" | "client_auth")[];
}

/** A leaf certificate with its P-256 key, which `pulumi up` renews early. */
export class LeafCertificate extends pulumi.ComponentResource {
  readonly certificatePem: pulumi.Output<string>;
  /** Secret. */
  readonly privateKeyPem: pulumi.Output<string>;
  /** Certificate and key in one document, so that a node replaces both at once. Secret. */
  readonly bundlePem: pulumi.Output<string>;
  /** RFC 3339. */
  readonly expiry: pulumi.Output<string>;

  constructor(name: string, args: LeafCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm:index:LeafCertificate", name, {}, opts);
    const key = new tls.PrivateKey(name, { algorithm: "ECDSA", ecdsaCurve: "P256" }, { parent: this });
    const request = new tls.CertRequest(
      name,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: args.commonName, organization: args.organization },
        dnsNames: args.dnsNames,
        ipAddresses: args.ipAddresses,
      },
      { parent: this },
    );
    const certificate = new tls.LocallySignedCert(
      name,
      {
        certRequestPem: request.certRequestPem,
        caCertPem: args.authority.certificatePem,
        caPrivateKeyPem: args.authority.privateKeyPem,
        validityPeriodHours: leafHours,
        earlyRenewalHours: leafRenewalHours,
        allowedUses: ["digital_signature", ...args.uses],
      },
      { parent: this },
    );
    this.certificatePem = certificate.certPem;
    this.privateKeyPem = pulumi.secret(key.privateKeyPem);
    this.bundlePem = pulumi.secret(pulumi.interpolate`${certificate.certPem}${key.privateKeyPem}`);
    this.expiry = certificate.validityEndTime;
    this.registerOutputs({ certificatePem: this.certificatePem, expiry: this.expiry });
  }
}
