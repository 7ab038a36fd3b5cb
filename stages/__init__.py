"""What happens, in files. One DVC stage a file, or a folder whose `stage.py` it is, of its name.

What stages share lies beside them: command (how one is started), params and paths, clips (the
manifest), extraction, alignment, checkpoint (trained runs on disk), provenance, pages, and `work`,
where jobs run.
"""
