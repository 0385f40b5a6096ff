namespace Spa.Engine.Formats;

/// <summary>
/// The metadata of a model under its architecture's prefix. What was read is remembered, so that a setting which changes the computation is never passed over in silence.
/// </summary>
internal sealed class GgufKeys(GgufFile file, string architecture)
{
    // What some architecture computes with; one that does not read it must find it neutral.
    private static readonly string[] s_computing =
    [
        "attention.sliding_window", "attention.sliding_window_pattern", "attention.scale", "attention.clamp_kqv", "attention.max_alibi_bias", "attention.temperature_scale",
        "attn_logit_softcapping", "final_logit_softcapping", "logit_scale", "embedding_scale", "residual_scale", "expert_count", "rope.dimension_sections", "rope.freq_base_swa",
        "rope.scaling.type", "rope.scaling.attn_factor", "rope.scaling.yarn_log_multiplier", "rope.scaling.yarn_beta_fast", "rope.scaling.yarn_beta_slow",
        "rope.scaling.yarn_ext_factor", "rope.scaling.yarn_attn_factor",
    ];

    private readonly HashSet<string> _read = [];

    public GgufFile File => file;

    public bool HasTensor(string name) => file.Tensors.ContainsKey(name);

    public string? Text(string key) => file.Text(Full(key));

    public double? Number(string key) => file.Number(Full(key));

    /// <summary>The value as it stands, or null.</summary>
    public object? Value(string key) => file.Metadata.GetValueOrDefault(Full(key));

    /// <summary>A number from 1.</summary>
    /// <exception cref="SpaException">It is missing and there is no fallback, or it is no size.</exception>
    public long Size(string key, long? fallback = null)
    {
        long size = file.Integer(Full(key)) ?? fallback ?? throw Missing(key);
        return size is > 0 and <= int.MaxValue ? size : throw new SpaException($"'{file.Path}': metadata '{Full(key)}' is {size}; a positive number is expected");
    }

    /// <summary>A number from 1, or 0 where the key is absent or says so.</summary>
    public long SizeOrZero(string key) => file.Integer(Full(key)) is null or 0 ? 0 : Size(key);

    public SpaException Missing(string key) =>
        new($"'{file.Path}': metadata '{architecture}.{key}' is missing; the file is not a model of architecture '{architecture}' or is damaged");

    public SpaException Unsupported(string key, string found, string supported) =>
        new($"'{file.Path}': metadata '{architecture}.{key}' is '{found}'; supported: {supported}; use the model's Hugging Face folder");

    /// <summary>Throws if a setting that changes the computation was not read and is not neutral (0, false or "none").</summary>
    public void RequireAllRead()
    {
        foreach (string key in s_computing)
        {
            string full = $"{architecture}.{key}";
            if (_read.Contains(full) || !file.Metadata.TryGetValue(full, out object? value) || value is 0L or 0.0 or false or "none") continue;
            if (key == "rope.scaling.attn_factor" && value is 1.0 or 1L) continue;
            string found = value is Array list ? $"a list of {list.Length}" : $"'{value}'";
            throw new SpaException($"'{file.Path}': metadata '{full}' is {found}, which models of architecture '{architecture}' do not have here; this model would be computed wrongly");
        }
    }

    private string Full(string key)
    {
        string full = $"{architecture}.{key}";
        _read.Add(full);
        return full;
    }
}
