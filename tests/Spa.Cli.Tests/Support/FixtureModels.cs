using Spa.Engine.Formats;

namespace Spa.Cli.Tests.Support;

/// <summary>The golden models of <c>../shared/fixtures/models</c> as folders, and their golden values.</summary>
internal static class FixtureModels
{
    public static string Policy(string name) => Fixtures.Require($"fixtures/models/{name}");

    /// <summary>The reference's weights with the same config, as a folder of its own.</summary>
    public static string Reference(string name, TempFolder folder)
    {
        string source = Policy(name), target = folder.In("reference");
        Directory.CreateDirectory(target);
        File.Copy(Path.Combine(source, "config.json"), Path.Combine(target, "config.json"));
        File.Copy(Path.Combine(source, "reference.safetensors"), Path.Combine(target, "model.safetensors"));
        return target;
    }

    public static float[] Golden(string name, string tensor)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(Policy(name), "golden.safetensors"));
        float[] values = new float[file.Find(tensor).Count];
        file.ReadFloat32(tensor, values);
        return values;
    }

    /// <summary>The pairs of the golden batch as rows of ids.</summary>
    public static IEnumerable<string> PairRows(string name)
    {
        int[] ids = Ints(name, "input_ids"), ends = Ints(name, "cu_seqlens"), prompts = Ints(name, "prompt_lens");
        for (int i = 0; i + 1 < prompts.Length; i += 2)
        {
            string Ids(int from, int to) => string.Join(',', ids[from..to]);
            yield return $$"""{"prompt_ids":[{{Ids(ends[i], ends[i] + prompts[i])}}],"chosen_ids":[{{Ids(ends[i] + prompts[i], ends[i + 1])}}],"rejected_ids":[{{Ids(ends[i + 1] + prompts[i + 1], ends[i + 2])}}]}""";
        }
    }

    public static int[] Ints(string name, string tensor)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(Policy(name), "golden.safetensors"));
        long[] values = new long[file.Find(tensor).Count];
        file.ReadInt64(tensor, values);
        return Array.ConvertAll(values, value => (int)value);
    }
}
