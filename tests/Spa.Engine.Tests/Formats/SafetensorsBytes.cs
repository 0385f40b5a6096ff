using System.Buffers.Binary;
using System.Text;

namespace Spa.Engine.Tests.Formats;

/// <summary>Safetensors files written from the format's description, not by our writer.</summary>
internal static class SafetensorsBytes
{
    /// <summary>A file with this header text and these data bytes.</summary>
    public static byte[] Build(string header, params byte[] data) => Build(Encoding.UTF8.GetBytes(header), data);

    public static byte[] Build(byte[] header, byte[] data)
    {
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return [.. length, .. header, .. data];
    }

    /// <summary>One tensor "x" with these values of <c>dtype</c>, <c>shape</c> and <c>data_offsets</c>, and zeros as data.</summary>
    public static byte[] One(string type, string shape, string offsets, int dataBytes) =>
        Build($$"""{"x":{"dtype":"{{type}}","shape":{{shape}},"data_offsets":{{offsets}} } }""", new byte[dataBytes]);

    public static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];
}
