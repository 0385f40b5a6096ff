using System.Text;

namespace Spa.Cli.Tests.Support;

/// <summary>A stdout whose disk is full.</summary>
internal sealed class FullDiskWriter : TextWriter
{
    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => throw new IOException("No space left on device");
}
