using Spa.Engine.Formats;

namespace Spa.Engine.Tests.Formats;

public class AtomicFileTests
{
    private const int NoSpaceLeft = 28;

    private readonly TempFolder _folder = new();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void A_new_file_appears_whole_and_alone()
    {
        AtomicFile.WriteAllText(_folder["a/b.txt"], "grüße\n");
        Assert.That(File.ReadAllBytes(_folder["a/b.txt"]), Is.EqualTo("grüße\n"u8.ToArray()));
        Assert.That(Directory.GetFileSystemEntries(_folder["a"]), Has.Length.EqualTo(1));
    }

    [Test]
    public void The_name_is_taken_only_at_commit()
    {
        using (var file = new AtomicFile(_folder["x"]))
        {
            file.Stream.Write("new"u8);
            Assert.That(File.Exists(_folder["x"]), Is.False);
            file.Commit();
        }
        Assert.That(File.ReadAllText(_folder["x"]), Is.EqualTo("new"));
    }

    [Test]
    public void A_writer_that_gives_up_leaves_the_older_file_and_nothing_else()
    {
        AtomicFile.WriteAllText(_folder["x"], "old");
        using (var file = new AtomicFile(_folder["x"])) file.Stream.Write("half"u8);
        Assert.That(File.ReadAllText(_folder["x"]), Is.EqualTo("old"));
        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "x" }));
    }

    [Test]
    public void A_full_disk_is_one_line_and_leaves_nothing()
    {
        var error = Assert.Throws<SpaException>(() => AtomicFile.Write(_folder["x"], stream =>
        {
            stream.Write("half"u8);
            throw new IOException("No space left on device", NoSpaceLeft);
        }))!;
        Assert.That(error.Message, Does.StartWith($"cannot write '{_folder["x"]}': the disk is full;"));
        Assert.That(error.Message, Does.Not.Contain('\n'));
        Assert.That(_folder.Entries(), Is.Empty);
    }

    [Test]
    public void What_a_killed_run_left_is_overwritten()
    {
        File.WriteAllText(_folder["x.partial"], "a long rest of an earlier attempt");
        AtomicFile.WriteAllText(_folder["x"], "new");
        Assert.That(File.ReadAllText(_folder["x"]), Is.EqualTo("new"));
        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "x" }));
    }

    [Test]
    public void A_folder_that_is_a_file_is_one_line()
    {
        File.WriteAllText(_folder["x"], "");
        var error = Assert.Throws<SpaException>(() => AtomicFile.WriteAllText(_folder["x/y"], "new"))!;
        Assert.That(error.Message, Does.Contain("cannot write").And.Not.Contains("\n"));
    }

    [Test]
    public void A_copy_is_equal_and_a_missing_source_is_named()
    {
        File.WriteAllText(_folder["x"], "content");
        AtomicFile.Copy(_folder["x"], _folder["y"]);
        Assert.That(File.ReadAllText(_folder["y"]), Is.EqualTo("content"));
        Assert.That(() => AtomicFile.Copy(_folder["none"], _folder["z"]), Throws.TypeOf<SpaException>().With.Message.Contains("none' does not exist"));
        Assert.That(File.Exists(_folder["z"]), Is.False);
    }

    [Test]
    public void A_folder_appears_at_commit_and_not_before()
    {
        using (var folder = new AtomicFolder(_folder["model"]))
        {
            File.WriteAllText(Path.Combine(folder.WorkPath, "config.json"), "{}");
            Assert.That(Directory.Exists(_folder["model"]), Is.False);
            folder.Commit();
        }
        Assert.That(File.ReadAllText(_folder["model/config.json"]), Is.EqualTo("{}"));
        Assert.That(_folder.Entries(), Is.EqualTo(new[] { "model" }));
    }

    [Test]
    public void A_folder_that_is_given_up_leaves_nothing()
    {
        Directory.CreateDirectory(_folder["model.partial/rest"]);
        using (var folder = new AtomicFolder(_folder["model"])) File.WriteAllText(Path.Combine(folder.WorkPath, "a"), "");
        Assert.That(_folder.Entries(), Is.Empty);
    }

    [Test]
    public void A_folder_with_content_is_never_replaced()
    {
        Directory.CreateDirectory(_folder["mine/keep"]);
        Assert.That(() => new AtomicFolder(_folder["mine"]), Throws.TypeOf<SpaException>().With.Message.Contains("not empty"));
        Assert.That(Directory.Exists(_folder["mine/keep"]));
    }
}
