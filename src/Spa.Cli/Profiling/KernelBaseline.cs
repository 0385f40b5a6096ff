using System.Text;
using System.Text.Json;
using Spa.Engine;

namespace Spa.Cli.Profiling;

/// <summary>
/// The figures of a kernel in a case that may not grow, kept in a file of one line for each (<c>bench/baselines/kernels/counts.json</c>). They are counts, so a difference
/// is a change of a kernel or of its compiler and never noise; a margin of 2 % leaves room for a correction that costs a few instructions.
/// </summary>
internal sealed class KernelBaseline
{
    private const double Margin = 1.02;
    private const long MostBytes = 16 << 20;

    private static readonly string[] s_figures = ["instructions", "sectors", "bytes", "bank_conflicts", "local_bytes"];

    private readonly SortedDictionary<(string Kernel, string Case), long[]> _entries;

    private KernelBaseline(SortedDictionary<(string, string), long[]> entries) => _entries = entries;

    public static KernelBaseline Of(IEnumerable<KernelProfile> profiles) => new(new SortedDictionary<(string, string), long[]>(profiles.ToDictionary(profile => (profile.Kernel, profile.Case), Figures), s_order));

    /// <exception cref="SpaException">The file is missing or not what <see cref="ToJson"/> writes.</exception>
    public static KernelBaseline Read(string path)
    {
        SortedDictionary<(string, string), long[]> entries = new(s_order);
        try
        {
            if (new FileInfo(path).Length > MostBytes) throw new SpaException($"{path}: expected a baseline of kernels, found more than {MostBytes >> 20} MiB");
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            foreach (JsonElement entry in document.RootElement.EnumerateArray())
                entries[(entry.GetProperty("kernel").GetString()!, entry.GetProperty("case").GetString()!)] = [.. s_figures.Select(figure => entry.GetProperty(figure).GetInt64())];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SpaException($"the baseline of kernels cannot be read: {error.Message}", error);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentNullException)
        {
            throw new SpaException($"{path}: expected a baseline of kernels, a list of objects with kernel, case, {string.Join(", ", s_figures)}; found something else: {error.Message}", error);
        }

        return new KernelBaseline(entries);
    }

    /// <summary>The file's text.</summary>
    public string ToJson()
    {
        StringBuilder text = new("[\n");
        foreach (((string kernel, string name), long[] figures) in _entries)
        {
            text.Append(text.Length > 2 ? ",\n" : "").Append($"{{\"kernel\": \"{JsonEncodedText.Encode(kernel)}\", \"case\": \"{JsonEncodedText.Encode(name)}\"");
            for (int i = 0; i < figures.Length; i++) text.Append($", \"{s_figures[i]}\": {figures[i]}");
            text.Append('}');
        }

        return text.Append("\n]\n").ToString();
    }

    /// <summary>What differs from this baseline: a line for each figure that got worse, then one for each that got better or is missing.</summary>
    /// <param name="now">What was measured.</param>
    /// <param name="whole">Whether <paramref name="now"/> is every case; else entries that it lacks are none of its business.</param>
    public (IReadOnlyList<string> Worse, IReadOnlyList<string> Other) Compare(KernelBaseline now, bool whole)
    {
        List<string> worse = [], other = [];
        foreach (((string kernel, string name), long[] figures) in now._entries)
        {
            if (!_entries.TryGetValue((kernel, name), out long[]? before))
            {
                other.Add($"{kernel}, {name}: not in the baseline");
                continue;
            }

            for (int i = 0; i < figures.Length; i++)
            {
                if (figures[i] == before[i]) continue;
                bool isWorse = figures[i] > before[i] * Margin;
                (isWorse ? worse : other).Add(FormattableString.Invariant($"{kernel}, {name}: {s_figures[i]} {before[i]:N0} -> {figures[i]:N0}"));
            }
        }

        if (whole) other.AddRange(_entries.Keys.Where(key => !now._entries.ContainsKey(key)).Select(key => $"{key.Kernel}, {key.Case}: in the baseline only"));
        return (worse, other);
    }

    private static readonly Comparer<(string Kernel, string Case)> s_order = Comparer<(string Kernel, string Case)>.Create((a, b) =>
        string.CompareOrdinal(a.Kernel, b.Kernel) is not 0 and int kernel ? kernel : string.CompareOrdinal(a.Case, b.Case));

    private static long[] Figures(KernelProfile profile) =>
        [profile.Counts.Instructions, profile.Counts.GlobalSectors, profile.GlobalBytes, profile.Counts.BankConflicts, profile.Counts.LocalBytes];
}
