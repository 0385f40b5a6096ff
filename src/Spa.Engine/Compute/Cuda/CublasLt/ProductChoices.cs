using System.Globalization;
using System.Runtime.InteropServices;
using Spa.Interop.CublasLt;

namespace Spa.Engine.Compute.Cuda.CublasLt;

/// <summary>
/// Algorithms that won, in a text file per device and version of the library: key, 64 bytes in hexadecimal, microseconds, with tabs between. The first entry of a
/// key stays, so that the next run on this machine multiplies as the last did. A file that cannot be read or written is no failure; a damaged line counts as missing.
/// </summary>
internal sealed class ProductChoices
{
    private readonly string _path;
    private readonly Dictionary<string, cublasLtMatmulAlgo_t> _algorithms = [];

    /// <param name="folder">Where the file is, beside the compiled kernels.</param>
    /// <param name="device">Name of the device.</param>
    /// <param name="version">Version as cuBLASLt counts it.</param>
    public ProductChoices(string folder, string device, long version)
    {
        string name = string.Concat(device.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-'));
        _path = Path.Combine(folder, $"cublaslt.{name}.{version}.txt");
        foreach ((string key, cublasLtMatmulAlgo_t algorithm, _) in Read()) _algorithms.TryAdd(key, algorithm);
    }

    public bool TryGet(string key, out cublasLtMatmulAlgo_t algorithm) => _algorithms.TryGetValue(key, out algorithm);

    /// <summary>Remembers a choice and writes it behind those that other processes made meanwhile.</summary>
    public void Add(string key, in cublasLtMatmulAlgo_t algorithm, double microseconds)
    {
        _algorithms[key] = algorithm;
        string temporary = $"{_path}.{Guid.NewGuid():n}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            List<(string Key, cublasLtMatmulAlgo_t Algorithm, double Microseconds)> all = Read();
            if (!all.Exists(entry => entry.Key == key)) all.Add((key, algorithm, microseconds));
            File.WriteAllLines(temporary, all.Select(entry => $"{entry.Key}\t{Convert.ToHexString(Bytes(entry.Algorithm))}\t{entry.Microseconds:0.0}"));
            File.Move(temporary, _path, overwrite: true);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary)) File.Delete(temporary);
        }
    }

    /// <summary>The 64 bytes.</summary>
    public static ReadOnlySpan<byte> Bytes(in cublasLtMatmulAlgo_t algorithm) => MemoryMarshal.AsBytes(new ReadOnlySpan<cublasLtMatmulAlgo_t>(in algorithm));

    private List<(string Key, cublasLtMatmulAlgo_t Algorithm, double Microseconds)> Read()
    {
        List<(string, cublasLtMatmulAlgo_t, double)> entries = [];
        try
        {
            if (!File.Exists(_path)) return entries;
            foreach (string line in File.ReadLines(_path))
            {
                string[] parts = line.Split('\t');
                cublasLtMatmulAlgo_t algorithm = default;
                Span<byte> bytes = MemoryMarshal.AsBytes(new Span<cublasLtMatmulAlgo_t>(ref algorithm));
                if (parts.Length != 3 || parts[1].Length != 2 * bytes.Length || !double.TryParse(parts[2], CultureInfo.InvariantCulture, out double microseconds)) continue;
                if (Convert.FromHexString(parts[1], bytes, out _, out int written) == System.Buffers.OperationStatus.Done && written == bytes.Length) entries.Add((parts[0], algorithm, microseconds));
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            entries.Clear();
        }

        return entries;
    }
}
