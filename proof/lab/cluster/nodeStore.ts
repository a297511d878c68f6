import {
  DeleteBucketPolicyCommand,
  DeleteObjectsCommand,
  DeleteObjectCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from "@aws-sdk/client-s3";

/** The bucket that nodes read from and write to. */
export class NodeStore {
  private readonly s3 = new S3Client({ forcePathStyle: true });

  constructor(private readonly bucket: string) {}

  /** Text of an object. */
  async read(key: string): Promise<string> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
    return (await Body?.transformToString()) ?? "";
  }

  /** Replaces an object's text, or removes the object, whatever the bucket's policy says. */
  write(key: string, text: string | undefined): Promise<void> {
    const object = { Bucket: this.bucket, Key: key };
    return this.withoutPolicy(async () => {
      if (text === undefined) await this.s3.send(new DeleteObjectCommand(object));
      else await this.s3.send(new PutObjectCommand({ ...object, Body: text }));
    });
  }

  /** Like an administrator who needs what the bucket's policy denies to everybody. */
  private async withoutPolicy(act: () => Promise<void>): Promise<void> {
    const bucket = { Bucket: this.bucket };
    const { Policy } = await this.s3.send(new GetBucketPolicyCommand(bucket));
    await this.s3.send(new DeleteBucketPolicyCommand(bucket));
    try {
      await act();
    } finally {
      await this.s3.send(new PutBucketPolicyCommand({ ...bucket, Policy }));
    }
  }

  /** Keys below a prefix, with the time of their last change, the oldest first. */
  async list(prefix: string): Promise<{ key: string; changed: Date }[]> {
    const found: { key: string; changed: Date }[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2(
      { client: this.s3 },
      { Bucket: this.bucket, Prefix: prefix },
    )) {
      for (const { Key = "", LastModified = new Date(0) } of Contents)
        found.push({ key: Key, changed: LastModified });
    }
    return found.sort((one, other) => one.changed.getTime() - other.changed.getTime());
  }

  /**
   * Removes everything that nodes wrote about their etcd cluster, in every version. The next nodes find the
   * store as after the first `up`.
   */
  forgetEtcd(): Promise<void> {
    return this.forget("etcd/");
  }

  /** Removes everything below a prefix, in every version. */
  forget(prefix: string): Promise<void> {
    return this.withoutPolicy(async () => {
      for (;;) {
        const { Versions = [], DeleteMarkers = [] } = await this.s3.send(
          new ListObjectVersionsCommand({ Bucket: this.bucket, Prefix: prefix }),
        );
        const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
        if (Objects.length === 0) return;
        await this.s3.send(
          new DeleteObjectsCommand({ Bucket: this.bucket, Delete: { Objects, Quiet: true } }),
        );
      }
    });
  }
}
