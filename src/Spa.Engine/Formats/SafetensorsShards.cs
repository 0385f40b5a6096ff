using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spa.Engine.Formats;

/// <summary>Several safetensors files under one index: <c>{"weight_map": {name: file}}</c>, files in the index's own folder.</summary>
public sealed class SafetensorsShards : TensorSource
{
    private readonly Dictionary<string, SafetensorsFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoredTensor> _tensors = new(StringComparer.Ordinal);

    private SafetensorsShards(string indexPath) => Path = indexPath;

    public override string Path { get; }

    public override IReadOnlyDictionary<string, StoredTensor> Tensors => _tensors;

    /// <exception cref="SpaException">The index or a shard is missing, truncated or malformed, or they contradict each other.</exception>
    public static SafetensorsShards Open(string indexPath)
    {
        JsonObject index = JsonFiles.ReadObject(indexPath);
        if (index["weight_map"] is not JsonObject map)
            throw new SpaException($"'{indexPath}' has no object 'weight_map' (tensor name to file); copy or download it again");
        var shards = new SafetensorsShards(indexPath);
        try
        {
            foreach ((string name, JsonNode? file) in map) shards.Add(name, file);
            return shards;
        }
        catch
        {
            shards.Dispose();
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        foreach (SafetensorsFile file in _files.Values) file.Dispose();
    }

    internal override MappedFile Mapping(StoredTensor tensor) => _files[System.IO.Path.GetFileName(tensor.File)].File;

    private void Add(string name, JsonNode? file)
    {
        if (file?.GetValueKind() != JsonValueKind.String) throw new SpaException($"'{Path}': 'weight_map' must name a file for '{name}'");
        string shard = file.GetValue<string>();
        if (!_files.TryGetValue(shard, out SafetensorsFile? opened)) _files.Add(shard, opened = OpenShard(shard));
        if (!opened.Tensors.TryGetValue(name, out StoredTensor? tensor))
            throw new SpaException($"'{Path}' says that tensor '{name}' is in '{shard}', which does not hold it; copy or download both again");
        _tensors.Add(name, tensor);
    }

    // An index must not reach outside its folder.
    private SafetensorsFile OpenShard(string shard)
    {
        bool plain = shard.EndsWith(".safetensors", StringComparison.Ordinal) && shard.AsSpan().IndexOfAny("/\\:\0") < 0
            && !shard.Contains("..", StringComparison.Ordinal);
        if (!plain) throw new SpaException($"'{Path}' names the file '{shard}'; a plain name that ends in .safetensors is expected");
        return SafetensorsFile.Open(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!, shard));
    }
}
